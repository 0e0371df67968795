package aws

import (
	"errors"
	"fmt"
	"reflect"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/template"
)

// defined is what a template defines, ready to be served. It never changes: Apply puts
// another in its place.
type defined struct {
	template *template.Stack
	keys     map[string]Caller
	queues   map[string]*Queue  // by ARN
	streams  map[string]*Stream // by stream ARN
	tables   map[string]*table  // by name, those with a stream only
	rules    []rule
}

// has is what is defined now.
func (s *Server) has() *defined {
	if d := s.defined.Load(); d != nil {
		return d
	}
	return &defined{template: s.Stack, keys: s.Keys} // before Start
}

func (s *Server) template() *template.Stack { return s.has().template }

// ErrStreams says that a change needs a new start.
var ErrStreams = errors.New("the functions that read a table's stream have changed")

// Apply serves another template from now on, with these keys. What is on disk stays, that
// of queues and tables that are gone as well. A template that cannot be served is refused,
// and nothing changes.
func (s *Server) Apply(t *template.Stack, keys map[string]Caller) error {
	d := &defined{
		template: t, keys: keys, queues: map[string]*Queue{}, streams: map[string]*Stream{}, tables: map[string]*table{},
	}
	before := s.defined.Load()
	if err := d.preparePolicies(); err != nil {
		return err
	}
	for _, q := range t.Queues {
		d.queues[q.ARN] = &Queue{Queue: q, server: s, more: &broadcast{}}
		if before != nil && before.queues[q.ARN] != nil {
			d.queues[q.ARN].more = before.queues[q.ARN].more
		}
	}
	if err := d.prepareRules(); err != nil {
		return err
	}
	if err := s.defineStreams(d, before); err != nil {
		return err
	}
	if err := s.store.update(func(tx *bolt.Tx) error { return s.seed(tx, d) }); err != nil {
		return fmt.Errorf("prepare stack.db: %w", err)
	}
	s.defined.Store(d)
	return nil
}

// defineStreams keeps the streams that are served: their readers wait on them.
func (s *Server) defineStreams(d, before *defined) error {
	for _, t := range d.template.Tables {
		if err := s.prepareStream(d, t); err != nil {
			return err
		}
		if before == nil || t.StreamARN == "" || before.streams[t.StreamARN] == nil {
			continue
		}
		old, changed := before.streams[t.StreamARN], d.streams[t.StreamARN]
		if old.view != changed.view || !reflect.DeepEqual(old.consumers, changed.consumers) {
			return fmt.Errorf("table %s: %w", t.Name, ErrStreams)
		}
		d.streams[t.StreamARN], d.tables[t.Name] = old, before.tables[t.Name]
	}
	return nil
}

func (d *defined) preparePolicies() error {
	for _, role := range d.template.Roles {
		if err := checkPolicies("role "+role.Name, role.Policies); err != nil {
			return err
		}
	}
	for _, q := range d.template.Queues {
		if q.Policy == nil {
			continue
		}
		if err := checkPolicies("queue "+q.Name, []template.Policy{*q.Policy}); err != nil {
			return err
		}
	}
	return nil
}

// prepareStream sets a table with a stream up for capture.
func (s *Server) prepareStream(d *defined, t template.Table) error {
	if t.StreamARN == "" {
		return nil
	}
	if t.View != "NEW_IMAGE" && t.View != "KEYS_ONLY" {
		return fmt.Errorf("table %s: the local stack captures streams of NEW_IMAGE and KEYS_ONLY, not %s", t.Name, t.View)
	}
	st := &Stream{Table: t.Name, ARN: t.StreamARN, server: s, view: t.View}
	all := false
	for _, source := range d.template.Streams {
		if source.Stream != t.StreamARN {
			continue
		}
		st.consumers = append(st.consumers, source)
		all = all || len(source.Filters) == 0
		for _, text := range source.Filters {
			p, err := pattern.Parse(text)
			if err != nil {
				return fmt.Errorf("event source of %s: %w", source.Function, err)
			}
			st.filters = append(st.filters, p)
		}
	}
	if all {
		st.filters = nil
	}
	keys, err := keysOf(t)
	if err != nil {
		return err
	}
	d.streams[t.StreamARN] = st
	d.tables[t.Name] = &table{name: t.Name, keys: keys, stream: st}
	return nil
}

func (s *Server) seed(tx *bolt.Tx, d *defined) error {
	for _, q := range d.queues {
		if err := makeQueue(tx, q.Name); err != nil {
			return err
		}
	}
	for _, t := range d.tables {
		if _, err := tx.Bucket(bucketStreams).CreateBucketIfNotExists([]byte(t.name)); err != nil {
			return err
		}
	}
	for _, sec := range d.template.Secrets {
		if err := s.seedSecret(tx, sec); err != nil {
			return err
		}
	}
	return nil
}
