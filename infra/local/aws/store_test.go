package aws

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

func TestWhatCannotBeSyncedIsNotWritten(t *testing.T) {
	s, err := openStore(filepath.Join(t.TempDir(), "stack.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	nothing := func(*bolt.Tx) error { return nil }
	full := errors.New("no space left on device")
	s.unsynced.Store(&full)
	s.dirty.Store(true)
	if err := s.update(nothing); err == nil || !strings.Contains(err.Error(), full.Error()) {
		t.Fatalf("got %v", err)
	}
	for end := time.Now().Add(10 * time.Second); s.update(nothing) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is written although it can be synced again")
		}
	}
}
