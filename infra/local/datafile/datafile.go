// Package datafile opens the databases of a data folder. A damaged one is an error
// that says what to do.
package datafile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
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
	return fmt.Errorf("%s in the data folder %s is damaged or cannot be used; delete the folder to start empty, or set DATA_DIR to another one: %w", name, dir, reason)
}

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

func open(path string, noSync bool) (db *bolt.DB, err error) {
	defer recovered(&err)()
	if err := check(path); err != nil {
		return nil, err
	}
	return bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, NoSync: noSync, NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
}

// check reads every page that is in use.
func check(path string) (err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && info.Size() == 0) {
		return nil // it is made
	}
	if err != nil {
		return err
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bolt.Bucket) error { return walk(b) })
	})
}

// walk reads a bucket to its end: keys ascend, or a page is another's.
func walk(b *bolt.Bucket) error {
	var last []byte
	return b.ForEach(func(k, v []byte) error {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return errors.New("keys are out of order")
		}
		last = k
		_ = bytes.Count(v, []byte{0}) // read every page of it
		if v == nil {
			return walk(b.Bucket(k))
		}
		return nil
	})
}

// recovered turns a panic into an error, and a page beyond the file's end into a
// panic.
func recovered(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		if p := recover(); p != nil {
			*err = fmt.Errorf("%v", p)
		}
	}
}
