package aws

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

// prepare makes the services and everything that the template defines.
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
	for _, sv := range []*service{s.dynamodb(), s.sqs(), s.events(), s.ses(), s.sns(), s.sts(), s.secretsManager(), s.lambda(), s.logs()} {
		s.services[sv.name] = sv
	}
	return s.Apply(s.Stack, s.Keys)
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

// sweep drops what is older than its queue or stream keeps, once a minute.
func (s *Server) sweep() {
	for {
		pause(s.ctx.Done(), time.Minute)
		if s.ctx.Err() != nil {
			return
		}
		err := s.store.update(func(tx *bolt.Tx) error {
			for _, st := range s.has().streams {
				if err := st.expire(tx); err != nil {
					return err
				}
			}
			for _, q := range s.has().queues {
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
