package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// dataFolder is an open data folder, locked for this process until it is closed.
type dataFolder struct {
	*os.Root

	lock *os.File
}

// openFolder makes the data folder, readable by its owner only, and locks it. A
// folder that is somebody else's, or holds anything but data of this format, is
// refused and left as it is.
func openFolder(dir string) (*dataFolder, error) {
	root, err := openOwn(dir)
	if err != nil {
		return nil, err
	}
	f := &dataFolder{Root: root}
	if err := f.take(dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// openOwn opens the folder itself, nothing that a link leads to, makes it if it is
// not there, and checks that it is the user's.
func openOwn(dir string) (*os.Root, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("cannot make the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	return openExisting(dir)
}

func openExisting(dir string) (*os.Root, error) {
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("the data folder %s is a symbolic link; set DATA_DIR to the folder itself", dir)
	case !info.IsDir():
		return nil, fmt.Errorf("the data folder %s is not a folder; set DATA_DIR to one", dir)
	case !ownedByUser(info):
		return nil, fmt.Errorf("the data folder %s belongs to another user; set DATA_DIR to a folder of yours", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the data folder %s; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	opened, err := root.Stat(".")
	if err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(fmt.Errorf("the data folder %s was replaced while it was opened; start again", dir), err, root.Close())
	}
	return root, nil
}

// take checks what is in the folder, closes it to others and locks it. What is in
// it is looked at again when nobody else can change it any more.
func (f *dataFolder) take(dir string) error {
	if err := checkFormat(f.Root, dir); err != nil {
		return err
	}
	if err := f.Chmod(".", 0o700); err != nil { //nolint:gosec // a folder needs x
		return fmt.Errorf("cannot close the data folder %s to others; set DATA_DIR to a folder of yours: %w", dir, err)
	}
	if err := checkFormat(f.Root, dir); err != nil {
		return err
	}
	lock, err := f.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write into the data folder %s; set DATA_DIR to one that can be written: %w", dir, err)
	}
	f.lock = lock
	if !tryLock(lock) {
		return inUse(dir)
	}
	return writeFormat(f.Root, dir)
}

func inUse(dir string) error {
	who := "another local stack"
	if r, err := Find(dir); err == nil {
		who = fmt.Sprintf("the local stack at %s (process %d)", r.API, r.PID)
	}
	return fmt.Errorf("%s runs on the data folder %s; stop it, or set DATA_DIR to another folder", who, dir)
}

// Close unlocks the folder.
func (f *dataFolder) Close() error {
	var err error
	if f.lock != nil {
		err = f.lock.Close()
	}
	return errors.Join(err, f.Root.Close())
}

// readOwn reads a file of the folder, if it is a plain file and small.
func readOwn(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file", name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return data, errors.Join(err, f.Close())
}
