// Package datafile opens the databases of a data folder. A damaged one is an error
// that says what to do.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Unusable says what to do about a file of the data folder that cannot be used.
func Unusable(path string, reason error) error {
	dir, name := filepath.Dir(path), filepath.Base(path)
	switch {
	case errors.Is(reason, bolterrors.ErrTimeout):
		return fmt.Errorf("%s in the data folder %s is in use; stop the local stack that runs on it, or set DATA_DIR to another folder", name, dir)
	case errors.Is(reason, fs.ErrPermission):
		return fmt.Errorf("%s in the data folder %s cannot be opened; make it readable and writable, or set DATA_DIR to another folder: %w", name, dir, reason)
	case errors.Is(reason, syscall.ENOSPC):
		return fmt.Errorf("%s in the data folder %s cannot grow; make room on the disk, or set DATA_DIR to another folder: %w", name, dir, reason)
	}
	if name == Queues {
		return fmt.Errorf("%s in the data folder %s is damaged or cannot be used; delete this file, and reconcile sends after 15 minutes what its queues held (the mails shown are gone), or delete the folder to start empty, or set DATA_DIR to another one: %w", name, dir, reason)
	}
	return fmt.Errorf("%s in the data folder %s is damaged or cannot be used; delete the folder to start empty, or set DATA_DIR to another one: %w", name, dir, reason)
}

// Queues is the file of what is under way between the functions, and of what was sent.
const Queues = "stack.db"

// OpenBolt opens a database, which was read in full before: bbolt ends the process
// at a damaged page, then or later. Without syncs the file survives a killed
// process, not a power cut.
func OpenBolt(path string, noSync bool) (*bolt.DB, error) {
	db, err := open(path, noSync)
	if err != nil {
		return nil, Unusable(path, err)
	}
	return db, nil
}

func open(path string, noSync bool) (*bolt.DB, error) {
	if err := check(path); err != nil {
		return nil, err
	}
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, NoSync: noSync, NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
}
