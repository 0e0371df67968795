package local

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/datafile"
	"github.com/payhooks/payhooks/infra/local/guard"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// fakeKeys is the value of the stack's secret for calls of fake Stripe.
const fakeKeys = `{"live":"rk_live_fake","test":"rk_test_fake"}`

// FakeStripe serves fake Stripe on this machine. Its objects are in stripe.db of
// DataDir and outlive a restart.
type FakeStripe struct {
	DataDir string
	Log     *slog.Logger
	// Bus puts an event of a partner source on the bus that is associated with it, and
	// HasBus reports whether there is one; nil for none. They are set before Start.
	Bus    func(source, kind string, body []byte) error
	HasBus func(source string) bool

	api  fakestripe.API
	db   *bolt.DB
	http *http.Server
	addr string
	done chan struct{}
	sent sender
}

var fakeObjects = []byte("objects")

// Start serves on a free port of this machine.
func (s *FakeStripe) Start(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("listen for fake Stripe: %w", err), s.db.Close())
	}
	s.api.Clock, s.api.Key = time.Now, rand.Text()
	s.sent.start(s)
	s.api.Deliver, s.api.HasBus = s.sent.send, s.HasBus
	s.addr, s.done = l.Addr().String(), make(chan struct{})
	s.http = guard.Server(guard.Machine(&s.api), s.Log)
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("fake Stripe stopped", "error", err)
		}
	}()
	return nil
}

// URL is the base of the API.
func (s *FakeStripe) URL() string { return "http://" + s.addr }

// OperatorURL is the same with the key that putting objects asks for.
func (s *FakeStripe) OperatorURL() string { return "http://operator:" + s.api.Key + "@" + s.addr }

// Record stores the objects of a signed event; see fakestripe.API.
func (s *FakeStripe) Record(body []byte) error { return s.api.Record(body) }

// Close stops serving and waits for the requests that run.
func (s *FakeStripe) Close() error {
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	<-s.done
	s.sent.stop()
	return errors.Join(err, s.db.Sync(), s.db.Close())
}

// open loads the saved objects.
func (s *FakeStripe) open() (err error) {
	path := filepath.Join(s.DataDir, "stripe.db")
	if s.db, err = datafile.OpenBolt(path, true); err != nil {
		return err
	}
	saved, err := s.saved()
	if err == nil {
		err = s.api.Load(saved)
	}
	if err != nil {
		return errors.Join(datafile.Unusable(path, err), s.db.Close())
	}
	s.api.Save = s.save
	return nil
}

func (s *FakeStripe) saved() (all []fakestripe.Object, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(fakeObjects)
		if err != nil {
			return err
		}
		return b.ForEach(func(_, value []byte) error {
			var o fakestripe.Object
			if err := json.Unmarshal(value, &o); err != nil {
				return err
			}
			all = append(all, o)
			return nil
		})
	})
	return all, err
}

func (s *FakeStripe) save(all []fakestripe.Object) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, o := range all {
			value, err := json.Marshal(o)
			if err != nil {
				return err
			}
			if err := tx.Bucket(fakeObjects).Put([]byte(o.Account+"/"+o.ID()), value); err != nil {
				return err
			}
		}
		return nil
	})
}
