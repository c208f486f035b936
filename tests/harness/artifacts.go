package harness

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

//go:embed pom.xml
var pom []byte

// Artifacts returns the folder with the jars of Pravega and all they need,
// fetched by Maven when they are not there yet (200 MB, about a minute). Later
// calls need neither Maven nor a network. It may be called by several
// processes at once: one fetches, the others wait for it.
func Artifacts(ctx context.Context, progress io.Writer) (string, error) {
	build, err := buildDir()
	if err != nil {
		return "", err
	}
	home := filepath.Join(build, "pravega")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", err
	}
	lock, err := lockFile(ctx, progress, filepath.Join(home, "lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close()

	lib, marker := filepath.Join(home, "lib"), filepath.Join(home, "complete")
	sum := sha256.Sum256(pom)
	want := hex.EncodeToString(sum[:])
	if have, err := os.ReadFile(marker); err == nil && string(have) == want {
		return lib, nil
	}
	if err := errors.Join(os.RemoveAll(lib), os.RemoveAll(marker)); err != nil {
		return "", err
	}
	if err := fetch(ctx, progress, home, lib, filepath.Join(build, "m2")); err != nil {
		return "", err
	}
	return lib, os.WriteFile(marker, []byte(want), 0o644)
}

// fetch copies what pom.xml names into lib, by way of a Maven repository of
// the project's own, and tells every few seconds how far it is.
func fetch(ctx context.Context, progress io.Writer, home, lib, repository string) error {
	project := filepath.Join(home, "pom.xml")
	if err := os.WriteFile(project, pom, 0o644); err != nil {
		return err
	}
	fmt.Fprintln(progress, "Fetching the Pravega server with Maven: about 360 jars, 200 MB")
	var out strings.Builder
	mvn := exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", project, "-Dmaven.repo.local="+repository,
		"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+lib)
	mvn.Stdout, mvn.Stderr = &out, &out
	if err := mvn.Start(); err != nil {
		return fmt.Errorf("the Pravega server is fetched with Maven (command mvn), which did not start: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- mvn.Wait() }()
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			_, jars, size := progressOf(lib)
			if err != nil {
				return fmt.Errorf("fetching the Pravega server with Maven: %w\n%s", err, out.String())
			}
			fmt.Fprintf(progress, "Fetched the Pravega server: %d jars, %d MB\n", jars, size>>20)
			return nil
		case <-tick.C:
			descriptions, jars, size := progressOf(repository)
			fmt.Fprintf(progress, "  ... %d descriptions, %d jars, %d MB\n", descriptions, jars, size>>20)
		}
	}
}

// progressOf counts what Maven has put below a folder: descriptions (which it
// fetches first), jars, and their bytes. Files come and go while it works, so
// what cannot be read is left out.
func progressOf(dir string) (descriptions, jars int, size int64) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		switch filepath.Ext(path) {
		case ".pom":
			descriptions++
		case ".jar":
			jars++
		default:
			return nil
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return descriptions, jars, size
}

// buildDir is the project's folder for everything that is built or fetched,
// found from the working directory upwards.
func buildDir() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "tests", "harness", "pom.xml")); err == nil {
			return filepath.Join(dir, "build"), nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside the project", start)
		}
	}
}

// lockFile takes the lock of a file, made if need be, and waits for it.
// Closing the file, or the end of the process, gives the lock back.
func lockFile(ctx context.Context, progress io.Writer, path string) (*os.File, error) {
	for tries := 1; ; tries++ {
		file, err := tryLock(path)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return file, err
		}
		if tries == 10 {
			fmt.Fprintln(progress, "Waiting for another process that fetches the Pravega server")
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return nil, fmt.Errorf("waiting for the lock %s: %w", path, err)
		}
	}
}

// tryLock is lockFile without waiting: EWOULDBLOCK when another holds the lock.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
