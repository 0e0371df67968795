package datafile_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/datafile"
)

// made is a database with nested buckets, large values and freed pages.
func made(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stack.db")
	db, err := datafile.OpenBolt(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		err = db.Update(func(tx *bolt.Tx) error {
			for b := range 6 {
				outer, err := tx.CreateBucketIfNotExists(fmt.Appendf(nil, "bucket-%d", b))
				if err != nil {
					return err
				}
				inner, err := outer.CreateBucketIfNotExists([]byte("nested"))
				for k := range 200 {
					key := fmt.Appendf(nil, "%05d", k)
					if err == nil && k%7 == round {
						err = inner.Delete(key)
					} else if err == nil {
						err = inner.Put(key, make([]byte, 20+k*round))
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// damage changes the file in one of the ways that disks and people do.
func damage(rng *rand.Rand, data []byte) (string, []byte) {
	data = append([]byte(nil), data...)
	at := rng.IntN(len(data))
	switch rng.IntN(5) {
	case 0:
		return fmt.Sprintf("cut at %d", at), data[:at]
	case 1:
		data[at] ^= 1 << rng.IntN(8)
		return fmt.Sprintf("a bit at %d", at), data
	case 2:
		for i := at; i < min(len(data), at+200); i++ {
			data[i] = byte(rng.Uint32())
		}
		return fmt.Sprintf("garbage at %d", at), data
	case 3: // a page's header, where most of the structure is
		at = at / 4096 * 4096
		data[at+rng.IntN(96)] = byte(rng.Uint32())
		return fmt.Sprintf("a byte of the page at %d", at), data
	}
	from := rng.IntN(len(data)) / 4096 * 4096
	at = at / 4096 * 4096
	copy(data[at:min(len(data), at+4096)], data[from:min(len(data), from+4096)])
	return fmt.Sprintf("the page at %d is that at %d", at, from), data
}

// use reads all of it and changes all buckets.
func use(db *bolt.DB) error {
	return db.Update(func(tx *bolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bolt.Bucket) error {
			inner := b.Bucket([]byte("nested"))
			if inner == nil {
				return b.Put([]byte("new"), nil)
			}
			return errors.Join(inner.ForEach(func(_, _ []byte) error { return nil }), inner.Put([]byte("00100"), make([]byte, 9000)))
		})
	})
}

// What bbolt wrote is never taken for damaged, however it was written.
func TestIntactDatabaseIsOpened(t *testing.T) {
	path, rng := filepath.Join(t.TempDir(), "stack.db"), rand.New(rand.NewPCG(2, 2))
	for round := range 60 {
		if round%10 == 9 { // by a program that keeps the list of free pages
			db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(change(db, rng), db.Close()); err != nil {
				t.Fatal(err)
			}
		}
		db, err := datafile.OpenBolt(path, true)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := errors.Join(change(db, rng), change(db, rng), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// change puts and deletes at random, with keys and values of many sizes.
func change(db *bolt.DB, rng *rand.Rand) error {
	return db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(fmt.Appendf(nil, "b%d", rng.IntN(5)))
		if err == nil && rng.IntN(3) > 0 {
			b, err = b.CreateBucketIfNotExists(fmt.Appendf(nil, "\x01b%d", rng.IntN(50)))
		}
		for range rng.IntN(300) {
			key := fmt.Appendf(nil, "%0*d", 1+rng.IntN(60), rng.IntN(3000))
			if err == nil && rng.IntN(2) == 0 {
				err = b.Delete(key)
			} else if err == nil {
				err = b.Put(key, make([]byte, rng.IntN(50)*rng.IntN(300)))
			}
		}
		return err
	})
}

func TestRow69DamagedDatabaseIsOneSentence(t *testing.T) {
	data, rng := made(t), rand.New(rand.NewPCG(1, 1))
	refused := 0
	for range 1000 {
		what, damaged := damage(rng, data)
		path := filepath.Join(t.TempDir(), "stack.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := datafile.OpenBolt(path, true)
		if err == nil {
			if err := errors.Join(use(db), db.Close()); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		refused++
		if s := err.Error(); !strings.HasPrefix(s, "stack.db in the data folder "+filepath.Dir(path)) || !strings.Contains(s, "delete the folder") || strings.Contains(s, "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if refused < 200 {
		t.Errorf("only %d of 1000 damaged files were refused", refused)
	}
}

// A page that is an older one's opens in bbolt, which then finds some keys and not
// others.
func TestRow69KeysOutOfOrderAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stack.db")
	if err := os.WriteFile(path, bytes.ReplaceAll(made(t), []byte("00151"), []byte("00051")), 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err := datafile.OpenBolt(path, true); err == nil {
		t.Errorf("it was opened: %v", db.Close())
	}
}
