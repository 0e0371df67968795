package aws

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/datafile"
)

// Buckets of stack.db.
var (
	bucketQueues   = []byte("queues")   // name → messages, due
	bucketStreams  = []byte("streams")  // table → records
	bucketPosition = []byte("position") // table, consumer → sequence
	bucketNotes    = []byte("in-doubt") // writes whose outcome is not known
	bucketRetries  = []byte("retries")  // bus deliveries to try again
	bucketMails    = []byte("mails")
	bucketNotices  = []byte("notices")
	bucketSecrets  = []byte("secrets")
	bucketRefused  = []byte("refused") // the newest; its sequence counts all
)

// store is one bbolt file. Writes that arrive while another is being written share the
// next transaction, so many callers are as fast as a few. What is written survives
// kill -9 at once, a power cut after the next sync. What a power cut takes away is sent
// again by reconcile: the engine has the events.
type store struct {
	db     *bolt.DB
	writes chan write
	done   chan struct{}
	quit   chan struct{}
	dirty  atomic.Bool   // written since the last sync
	synced chan struct{} // closed when nothing is synced any more

	unsynced atomic.Pointer[error] // of the last sync; nil before it
}

type write struct {
	fn    func(*bolt.Tx) error
	after chan<- error // nil when nobody waits
}

var errClosed = errors.New("the local stack is stopping")

func openStore(path string) (*store, error) {
	db, err := datafile.OpenBolt(path, true)
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketQueues, bucketStreams, bucketPosition, bucketNotes, bucketRetries, bucketMails, bucketNotices, bucketSecrets, bucketRefused} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(datafile.Unusable(path, err), db.Close())
	}
	s := &store{db: db, writes: make(chan write, 256), done: make(chan struct{}), quit: make(chan struct{}), synced: make(chan struct{})}
	go s.commit()
	go s.sync()
	return s, nil
}

// update runs fn in a transaction and returns when it is written. fn may run
// more than once and must not keep what it computed from an earlier run.
func (s *store) update(fn func(*bolt.Tx) error) error {
	after := make(chan error, 1)
	select {
	case s.writes <- write{fn, after}:
	case <-s.quit:
		return errClosed
	}
	select {
	case err := <-after:
		return err
	case <-s.done:
		select {
		case err := <-after:
			return err
		default:
			return errClosed
		}
	}
}

// later is update for what need not be written yet, and may be lost.
func (s *store) later(fn func(*bolt.Tx) error) {
	select {
	case s.writes <- write{fn: fn}:
	case <-s.quit:
	}
}

func (s *store) view(fn func(*bolt.Tx) error) error { return s.db.View(fn) }

func (s *store) close() error {
	close(s.quit)
	<-s.done
	<-s.synced
	return errors.Join(s.db.Sync(), s.db.Close())
}

// syncEvery is how long a write waits for its sync at most, and a little more.
const syncEvery = time.Second

// sync syncs what was written once a second. While that fails, so do writes: the disk may
// be full or broken.
func (s *store) sync() {
	defer close(s.synced)
	every := time.NewTicker(syncEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			if !s.dirty.Swap(false) {
				continue
			}
			err := s.db.Sync()
			s.unsynced.Store(&err)
			if err != nil {
				s.dirty.Store(true)
			}
		case <-s.done:
			return
		}
	}
}

// commit takes whatever waits and puts it into one transaction.
func (s *store) commit() {
	defer close(s.done)
	for {
		select {
		case w := <-s.writes:
			s.together(s.waiting(w))
		case <-s.quit:
			for {
				select {
				case w := <-s.writes:
					s.together(s.waiting(w))
				default:
					return
				}
			}
		}
	}
}

func (s *store) waiting(first write) []write {
	batch := []write{first}
	for len(batch) < cap(s.writes) {
		select {
		case w := <-s.writes:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// together commits the batch. A write that fails is taken out, its error returned, and the
// others are run again, so that an error is that of its caller only.
func (s *store) together(batch []write) {
	if err := s.unsynced.Load(); err != nil && *err != nil {
		for _, w := range batch {
			w.tell(fmt.Errorf("sync stack.db: %w", *err))
		}
		return
	}
	for len(batch) > 0 {
		failed := -1
		err := s.db.Update(func(tx *bolt.Tx) error {
			for i, w := range batch {
				if err := w.fn(tx); err != nil {
					failed = i
					return err
				}
			}
			return nil
		})
		s.dirty.Store(true)
		if failed < 0 {
			for _, w := range batch {
				w.tell(err)
			}
			return
		}
		batch[failed].tell(err)
		batch = append(batch[:failed], batch[failed+1:]...)
	}
}

func (w write) tell(err error) {
	if w.after != nil {
		w.after <- err
	}
}

func decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read stack.db: %w", err)
	}
	return nil
}
