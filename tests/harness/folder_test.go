package harness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func exists(t *testing.T, elements ...string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(elements...))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

func TestFolderGoesUnlessItIsKept(t *testing.T) {
	home := t.TempDir()
	for _, keep := range []bool{false, true} {
		f, err := newFolder(home)
		if err != nil {
			t.Fatal(err)
		}
		if keep {
			f.keep()
		}
		for range 2 { // the second time does nothing
			if err := f.close(); err != nil {
				t.Error(err)
			}
		}
		if exists(t, f.dir) != keep || exists(t, f.dir, "tmp") {
			t.Errorf("kept %v: the folder is there: %v, its data: %v", keep, exists(t, f.dir), exists(t, f.dir, "tmp"))
		}
	}
}

// What servers left that were killed is bounded, and nothing is taken from one
// that runs.
func TestOldFoldersAreRemoved(t *testing.T) {
	home := t.TempDir()
	old := func(age time.Duration) *folder {
		t.Helper()
		f, err := newFolder(home)
		if err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(filepath.Join(f.dir, "lock"), when, when); err != nil {
			t.Fatal(err)
		}
		return f
	}
	inUse := old(100 * time.Hour)
	defer inUse.close()
	var left []*folder // the newest first
	for i := range keptFolders + 3 {
		f := old(time.Duration(i+2) * time.Minute)
		f.lock.Close() // as the end of its process does
		left = append(left, f)
	}
	if err := removeOld(home); err != nil {
		t.Fatal(err)
	}
	if !exists(t, inUse.dir, "tmp") {
		t.Error("the folder of a server that runs is gone")
	}
	found := ""
	for _, f := range left {
		found += fmt.Sprint(exists(t, f.dir), exists(t, f.dir, "tmp"), " ")
	}
	want := ""
	for i := range left {
		want += fmt.Sprint(i < keptFolders, false, " ")
	}
	if found != want {
		t.Errorf("folders and their data, the newest first: %s\nwant %s", found, want)
	}
}
