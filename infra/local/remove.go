package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// RemoveFolder removes a data folder of any format with what a stack keeps in it,
// unless a stack runs on it. What else is in the folder stays, and the folder then.
func RemoveFolder(dir string) error {
	root, err := openExisting(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(empty(root, dir), root.Close()); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil {
		return fmt.Errorf("the data folder %s holds files that are not the stack's, which are left; look through them, then delete it: %w", dir, err)
	}
	return nil
}

// empty removes the files of a stack; the mark that the folder is ours goes last.
func empty(root *os.Root, dir string) error {
	if _, err := root.Lstat(formatFile); err != nil {
		return fmt.Errorf("%s is not a data folder and is left as it is; look through it, then delete it: %w", dir, err)
	}
	if err := checkFiles(root, dir); err != nil {
		return err
	}
	lock, err := root.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write into the data folder %s; delete it by hand: %w", dir, err)
	}
	if !tryLock(lock) {
		return errors.Join(inUse(dir), lock.Close())
	}
	var errs []error
	for _, name := range slices.Backward(slices.Concat(files, folders)) {
		errs = append(errs, root.RemoveAll(name))
	}
	return errors.Join(append(errs, lock.Close())...)
}
