package token

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// soon is how long the reading of a token on this machine is waited for while the one
// before still works.
const soon = time.Second

// File is the source that reads a file, again whenever it has changed. Line ends behind
// the token do not belong to it.
func File(path string) Source {
	var mu sync.Mutex
	var read os.FileInfo // of the file that was read last
	return Source{
		Name: "file " + path,
		Ask: func(context.Context) (Token, error) {
			f, err := os.Open(path)
			if err != nil {
				return Token{}, err
			}
			defer f.Close()
			info, err := f.Stat() // before it is read: what changes meanwhile is seen later
			if err != nil {
				return Token{}, err
			}
			content, err := io.ReadAll(io.LimitReader(f, 2*Longest))
			if err != nil {
				return Token{}, err
			}
			mu.Lock()
			read = info
			mu.Unlock()
			return Token{Value: strings.TrimRight(string(content), "\r\n")}, nil
		},
		Changed: func() bool {
			info, err := os.Stat(path)
			mu.Lock()
			defer mu.Unlock()
			return err == nil && (read == nil || !os.SameFile(info, read) || info.Size() != read.Size() || !info.ModTime().Equal(read.ModTime()))
		},
		Wait: soon,
	}
}

// Getenv reads the environment: that of the process, which need not be the one that Go
// knows of.
var Getenv = os.Getenv

// Variable is the source that reads a variable of the environment, each time.
func Variable(name string) Source {
	var mu sync.Mutex
	var read string
	return Source{
		Name: "environment variable " + name,
		Ask: func(context.Context) (Token, error) {
			value := Getenv(name)
			if value == "" {
				return Token{}, fmt.Errorf("it is not set, or empty")
			}
			mu.Lock()
			defer mu.Unlock()
			read = value
			return Token{Value: value}, nil
		},
		Changed: func() bool {
			value := Getenv(name)
			mu.Lock()
			defer mu.Unlock()
			return value != "" && value != read
		},
		Wait: soon,
	}
}
