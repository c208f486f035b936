package main

import (
	"fmt"
	"os"
	"time"
)

// screen shows progress in one line that changes, or, where there is no
// terminal, in a new line every second.
type screen struct {
	terminal bool
	current  string // what is to be seen in the end
	shown    time.Time
}

func newScreen() *screen {
	info, err := os.Stdout.Stat()
	return &screen{terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, shown: time.Now()}
}

func (s *screen) progress(line string) {
	s.current = line
	switch {
	case s.terminal:
		fmt.Print("\r\033[K", line)
	case time.Since(s.shown) >= time.Second:
		fmt.Println(line)
		s.current, s.shown = "", time.Now()
	}
}

// end leaves the last line on the screen.
func (s *screen) end() {
	switch {
	case s.terminal:
		fmt.Println()
	case s.current != "":
		fmt.Println(s.current)
	}
}
