// Package stripe runs the stand-in of Stripe's API beside the local stack, and
// keeps its objects over restarts.
package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/payhooks/payhooks/internal/stripeapi/standin"
	bolt "go.etcd.io/bbolt"
)

// Keys is the value of the stack's secret that the stand-in is called with.
const Keys = `{"live":"rk_live_standin","test":"rk_test_standin"}`

// Server is a running stand-in. Its objects are in stripe.db of DataDir.
type Server struct {
	DataDir string
	Log     *slog.Logger

	api  standin.API
	db   *bolt.DB
	http *http.Server
	url  string
	done chan struct{}
}

var objects = []byte("objects")

// Start serves on a free port of this machine.
func (s *Server) Start(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("listen for the stand-in of Stripe's API: %w", err), s.db.Close())
	}
	s.url, s.done = "http://"+l.Addr().String(), make(chan struct{})
	s.http = &http.Server{
		Handler: &s.api, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("the stand-in of Stripe's API stopped", "error", err)
		}
	}()
	return nil
}

// URL is the base of the API.
func (s *Server) URL() string { return s.url }

// Learn takes what a signed event tells; see standin.API.
func (s *Server) Learn(body []byte) error { return s.api.Learn(body) }

// Close stops serving and returns when nothing is left.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	<-s.done
	return errors.Join(err, s.db.Sync(), s.db.Close())
}

// open loads what was saved.
func (s *Server) open() (err error) {
	path := filepath.Join(s.DataDir, "stripe.db")
	// Without syncs the file survives a killed process, not a power cut; then
	// it can be deleted, for it holds nothing but made-up objects.
	if s.db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, NoSync: true}); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	var saved []standin.Object
	err = s.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(objects)
		if err != nil {
			return err
		}
		return b.ForEach(func(_, value []byte) error {
			var o standin.Object
			if err := json.Unmarshal(value, &o); err != nil {
				return err
			}
			saved = append(saved, o)
			return nil
		})
	})
	if err == nil {
		err = s.api.Load(saved)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("read %s, which may be deleted: %w", path, err), s.db.Close())
	}
	s.api.Save = s.save
	return nil
}

func (s *Server) save(all []standin.Object) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, o := range all {
			value, err := json.Marshal(o)
			if err != nil {
				return err
			}
			if err := tx.Bucket(objects).Put([]byte(o.Account+"/"+o.ID()), value); err != nil {
				return err
			}
		}
		return nil
	})
}
