package aws

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

// prepare makes everything that the template defines, on disk and in memory.
func (s *Server) prepare() error {
	if s.Engine.HTTP == nil {
		client := *s.Engine
		client.HTTP = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute}}
		if strings.HasPrefix(client.URL, "http://") {
			client.HTTP.Transport = &engine.Wire{}
		}
		s.Engine = &client
	}
	s.services = map[string]*service{}
	for _, sv := range []*service{s.dynamodb(), s.sqs(), s.events(), s.ses(), s.sns(), s.sts(), s.secretsManager(), s.lambda()} {
		s.services[sv.name] = sv
	}
	if err := s.preparePolicies(); err != nil {
		return err
	}
	s.queues = map[string]*Queue{}
	for _, q := range s.Stack.Queues {
		s.queues[q.ARN] = &Queue{Queue: q, server: s}
	}
	s.rules = nil
	if err := s.prepareRules(); err != nil {
		return err
	}
	s.streams, s.tables = map[string]*Stream{}, map[string]*table{}
	for _, t := range s.Stack.Tables {
		if err := s.prepareStream(t); err != nil {
			return err
		}
	}
	if err := s.store.update(s.seed); err != nil {
		return fmt.Errorf("prepare stack.db: %w", err)
	}
	return nil
}

func (s *Server) preparePolicies() error {
	for _, role := range s.Stack.Roles {
		if err := checkPolicies("role "+role.Name, role.Policies); err != nil {
			return err
		}
	}
	for _, q := range s.Stack.Queues {
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
func (s *Server) prepareStream(t template.Table) error {
	if t.StreamARN == "" {
		return nil
	}
	if t.View != "NEW_IMAGE" && t.View != "KEYS_ONLY" {
		return fmt.Errorf("table %s: the local stack captures streams of NEW_IMAGE and KEYS_ONLY, not %s", t.Name, t.View)
	}
	st := &Stream{Table: t.Name, ARN: t.StreamARN, server: s, view: t.View}
	all := false
	for _, source := range s.Stack.Streams {
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
	s.streams[t.StreamARN] = st
	s.tables[t.Name] = &table{name: t.Name, keys: keys, stream: st}
	return nil
}

func keysOf(t template.Table) ([]string, error) {
	list, _ := t.Create["KeySchema"].([]any)
	var keys []string
	for _, v := range list {
		entry, _ := v.(map[string]any)
		name, ok := entry["AttributeName"].(string)
		if !ok {
			return nil, fmt.Errorf("table %s: its KeySchema cannot be read", t.Name)
		}
		keys = append(keys, name)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("table %s has no KeySchema", t.Name)
	}
	return keys, nil
}

func (s *Server) seed(tx *bolt.Tx) error {
	for _, q := range s.queues {
		if err := makeQueue(tx, q.Name); err != nil {
			return err
		}
	}
	for _, t := range s.tables {
		if _, err := tx.Bucket(bucketStreams).CreateBucketIfNotExists([]byte(t.name)); err != nil {
			return err
		}
	}
	for _, sec := range s.Stack.Secrets {
		if err := s.seedSecret(tx, sec); err != nil {
			return err
		}
	}
	return nil
}

// sweep drops what is older than its queue or stream keeps, once a minute.
func (s *Server) sweep() {
	for {
		pause(s.ctx.Done(), time.Minute)
		if s.ctx.Err() != nil {
			return
		}
		err := s.store.update(func(tx *bolt.Tx) error {
			for _, st := range s.streams {
				if err := st.expire(tx); err != nil {
					return err
				}
			}
			for _, q := range s.queues {
				if err := q.expire(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			s.log().ErrorContext(s.ctx, "drop what is too old", "error", err)
		}
	}
}
