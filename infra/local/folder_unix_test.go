//go:build unix

package local

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// state is everything below a folder: names, modes, owners' and files' contents.
func state(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, _ := os.Readlink(path)
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		all = append(all, fmt.Sprintf("%s %v %d %q", path, info.Mode(), info.ModTime().UnixNano(), text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// place is a folder with a data folder and files of somebody else.
type place struct {
	*testing.T

	dir  string
	data string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{T: t, dir: t.TempDir()}
	p.data = filepath.Join(p.dir, "data")
	p.ok(os.Mkdir(filepath.Join(p.dir, "others"), 0o755))
	p.ok(os.WriteFile(filepath.Join(p.dir, "thesis"), []byte("years of work"), 0o644))
	return p
}

func (p *place) ok(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// marked makes a data folder of ours, as open as a folder is by default.
func (p *place) marked() {
	p.ok(os.Mkdir(p.data, 0o755))
	p.ok(os.WriteFile(filepath.Join(p.data, "format"), []byte(folderFormat+"\n"), 0o600))
}

// inside puts a link of this name into a data folder of ours.
func (p *place) inside(name, to string) {
	p.marked()
	_ = os.Remove(filepath.Join(p.data, name))
	p.ok(os.Symlink(filepath.Join(p.dir, to), filepath.Join(p.data, name)))
}

// foreign are folders that no stack may use, with a word of the sentence.
var foreign = map[string]struct {
	make func(p *place)
	want string
}{
	"link to an empty folder": {func(p *place) { p.ok(os.Symlink(filepath.Join(p.dir, "others"), p.data)) }, "is a symbolic link"},
	"link to nothing":         {func(p *place) { p.ok(os.Symlink(filepath.Join(p.dir, "absent"), p.data)) }, "is a symbolic link"},
	"file":                    {func(p *place) { p.ok(os.WriteFile(p.data, []byte("x"), 0o644)) }, "is not a folder"},
	"pipe":                    {func(p *place) { p.ok(syscall.Mkfifo(p.data, 0o644)) }, "is not a folder"},
	"below a file":            {func(p *place) { p.data = filepath.Join(p.dir, "thesis", "data") }, "set DATA_DIR"},
	"somebody's files": {func(p *place) {
		p.ok(os.Mkdir(p.data, 0o755))
		p.ok(os.WriteFile(filepath.Join(p.data, "letter"), []byte("x"), 0o644))
	}, "is not empty and is not a data folder"},
	"lock is a pipe": {func(p *place) {
		p.marked()
		p.ok(syscall.Mkfifo(filepath.Join(p.data, "lock"), 0o644))
	}, "lock in the data folder"},
	"only lock, a link": {func(p *place) {
		p.ok(os.Mkdir(p.data, 0o755))
		p.ok(os.Symlink(filepath.Join(p.dir, "thesis"), filepath.Join(p.data, "lock")))
	}, "lock in the data folder"},
	"another user's folder": {func(p *place) {
		p.data = "/" // root's
		if os.Geteuid() == 0 {
			p.data = filepath.Join(p.dir, "data")
			p.ok(os.Mkdir(p.data, 0o755))
			p.give(p.data)
		}
	}, "belongs to another user"},
	"another user's file": {func(p *place) {
		p.marked()
		p.ok(os.WriteFile(filepath.Join(p.data, "stack.db"), nil, 0o644))
		p.give(filepath.Join(p.data, "stack.db"))
	}, "belongs to another user"},
}

// give makes another user the owner, which only root can.
func (p *place) give(path string) {
	if os.Geteuid() != 0 {
		p.Skip("only root can give a file away")
	}
	p.ok(os.Chown(path, 65534, 65534))
}

func init() {
	for _, name := range slices.Concat(files, folders) {
		to := "thesis"
		if slices.Contains(folders, name) {
			to = "others"
		}
		foreign[name+" is a link"] = struct {
			make func(p *place)
			want string
		}{func(p *place) { p.inside(name, to) }, name + " in the data folder"}
	}
}

func TestRow69ForeignDataFolderIsRefusedAndNotTouched(t *testing.T) {
	for name, tc := range foreign {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			tc.make(p)
			before := state(t, p.dir)
			f, err := openFolder(p.data)
			if err == nil {
				_ = f.Close()
				t.Fatal("it was opened")
			}
			if s := err.Error(); !strings.Contains(s, tc.want) || !strings.Contains(s, p.data) || strings.Contains(s, "\n") {
				t.Errorf("error %v, want %q", err, tc.want)
			}
			if after := state(t, p.dir); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// What a stack does not open, make clean does not remove.
func TestRow69ForeignDataFolderIsNotRemoved(t *testing.T) {
	for name, tc := range foreign {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			tc.make(p)
			before := state(t, p.dir)
			if err := RemoveFolder(p.data); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one sentence", err)
			}
			if after := state(t, p.dir); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

func TestRow69OnlyFilesOfStackAreRemoved(t *testing.T) {
	p := newPlace(t)
	p.marked()
	p.ok(os.Mkdir(filepath.Join(p.data, "bin"), 0o700))
	p.ok(os.Symlink(filepath.Join(p.dir, "thesis"), filepath.Join(p.data, "bin", "ingest")))
	p.ok(os.WriteFile(filepath.Join(p.data, "stack.db"), []byte("x"), 0o600))
	p.ok(os.WriteFile(filepath.Join(p.data, "letter"), []byte("x"), 0o600))
	if err := RemoveFolder(p.data); err == nil || !strings.Contains(err.Error(), "not the stack's") {
		t.Errorf("with a letter in it: %v", err)
	}
	if got, err := os.ReadDir(p.data); err != nil || len(got) != 1 || got[0].Name() != "letter" {
		t.Errorf("left %v, %v", got, err)
	}
	if got, err := os.ReadFile(filepath.Join(p.dir, "thesis")); err != nil || string(got) != "years of work" {
		t.Errorf("what a link led to: %q, %v", got, err)
	}
}

func TestRow69FolderOfRunningStackIsNotRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := RemoveFolder(dir); err == nil || !strings.Contains(err.Error(), "runs on the data folder "+dir) {
		t.Errorf("while a stack runs: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := RemoveFolder(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	if err := RemoveFolder(dir); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestRow69RunFileOfOthersIsNotRead(t *testing.T) {
	for _, tc := range []struct {
		make func(p *place)
		want string
	}{
		{func(p *place) {
			p.marked()
			p.ok(os.Symlink("format", filepath.Join(p.data, "stack.json")))
		}, "not a plain file"},
		{func(p *place) { p.inside("stack.json", "thesis") }, "not a plain file"},
		{func(p *place) {
			p.marked()
			p.ok(syscall.Mkfifo(filepath.Join(p.data, "stack.json"), 0o600))
		}, "not a plain file"},
		{func(p *place) {
			p.marked()
			p.ok(os.WriteFile(filepath.Join(p.data, "stack.json"), []byte("{\x00"), 0o600))
		}, "stack.json in the data folder"},
		{func(p *place) { p.ok(os.Symlink(filepath.Join(p.dir, "others"), p.data)) }, "is a symbolic link"},
		{func(p *place) {
			p.marked()
			p.ok(os.WriteFile(filepath.Join(p.data, "stack.json"), []byte(`{"pid":-1}`), 0o600))
		}, "make run"},
	} {
		p := newPlace(t)
		tc.make(p)
		if _, err := Find(p.data); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), p.data) {
			t.Fatalf("%v, want %q", err, tc.want)
		}
	}
}
