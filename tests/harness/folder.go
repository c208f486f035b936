package harness

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// folder holds the settings, logs and data of one server. It is locked as long as
// the server lives.
type folder struct {
	dir    string
	lock   io.Closer
	closed atomic.Bool
	kept   atomic.Bool
}

// keptFolders is how many folders of servers that failed, or whose process was
// killed, stay for somebody who wants to know why.
const keptFolders = 10

// newFolder makes the folder of a server, and removes those that nobody needs.
func newFolder(home string) (*folder, error) {
	if err := removeOld(home); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(home, time.Now().Format("run-0102-150405-"))
	if err != nil {
		return nil, err
	}
	lock, err := tryLock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	return &folder{dir: dir, lock: lock}, os.Mkdir(filepath.Join(dir, "tmp"), 0o755)
}

// removeOld removes the folders that no server uses, but for the newest, of which
// the logs stay.
func removeOld(home string) error {
	dirs, err := filepath.Glob(filepath.Join(home, "run-*"))
	if err != nil {
		return err
	}
	made := make(map[string]time.Time)
	for _, dir := range dirs {
		if info, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
			made[dir] = info.ModTime()
		}
	}
	slices.SortFunc(dirs, func(a, b string) int { return made[b].Compare(made[a]) })
	kept := 0
	for _, dir := range dirs {
		if when, ok := made[dir]; !ok || time.Since(when) < time.Minute {
			continue // perhaps made just now, and not locked yet
		}
		lock, err := tryLock(filepath.Join(dir, "lock"))
		if err != nil {
			continue // in use, or gone
		}
		if kept++; kept <= keptFolders {
			os.RemoveAll(filepath.Join(dir, "tmp"))
		} else {
			os.RemoveAll(dir)
		}
		lock.Close()
	}
	return nil
}

// keep makes close leave the logs.
func (f *folder) keep() { f.kept.Store(true) }

// close removes the folder, or all but the logs and settings in it. A second close
// does nothing.
func (f *folder) close() error {
	if f.closed.Swap(true) {
		return nil
	}
	what := f.dir
	if f.kept.Load() {
		what = filepath.Join(f.dir, "tmp")
	}
	return errors.Join(os.RemoveAll(what), f.lock.Close())
}
