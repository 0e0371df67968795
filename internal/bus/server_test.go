package bus_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/event"
)

// entry is what PutEvents takes.
type entry struct {
	Source, DetailType, Detail, EventBusName string
	Time                                     float64
	Resources                                []string
}

// rule is what ListRules answers with.
type rule struct {
	Name, EventPattern, State string
	ManagedBy                 string `json:",omitempty"`
}

// server is as much of EventBridge as the bus asks for.
type server struct {
	mu     sync.Mutex
	rules  []rule
	lists  int  // ListRules calls from the first page on
	down   bool // every call fails
	refuse func(id string) bool
	chunks [][]entry
	taken  []event.Envelope
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || s.down {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"down"}`)
		return
	}
	var answer any
	switch r.Header.Get("X-Amz-Target") {
	case "AWSEvents.ListRules":
		answer, err = s.listRules(body)
	case "AWSEvents.PutEvents":
		answer, err = s.putEvents(body)
	default:
		err = errors.New("unknown call")
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": "ValidationException", "message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// listRules gives two rules a page.
func (s *server) listRules(body []byte) (any, error) {
	var in struct{ EventBusName, NextToken string }
	if err := json.Unmarshal(body, &in); err != nil || in.EventBusName != "local" {
		return nil, fmt.Errorf("bus %q: %w", in.EventBusName, err)
	}
	from := 0
	if in.NextToken == "" {
		s.lists++
	} else if _, err := fmt.Sscan(in.NextToken, &from); err != nil {
		return nil, err
	}
	to := min(from+2, len(s.rules))
	out := map[string]any{"Rules": s.rules[from:to]}
	if to < len(s.rules) {
		out["NextToken"] = fmt.Sprint(to)
	}
	return out, nil
}

func (s *server) putEvents(body []byte) (any, error) {
	var in struct{ Entries []entry }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if len(in.Entries) > 10 || len(in.Entries) == 0 {
		return nil, errors.New("1 to 10 entries")
	}
	s.chunks = append(s.chunks, in.Entries)
	var results []map[string]string
	for _, e := range in.Entries {
		var env event.Envelope
		if err := json.Unmarshal([]byte(e.Detail), &env); err != nil {
			return nil, err
		}
		if s.refuse != nil && s.refuse(env.ID) {
			results = append(results, map[string]string{"ErrorCode": "InternalFailure", "ErrorMessage": "not now"})
			continue
		}
		s.taken = append(s.taken, env)
		results = append(results, map[string]string{"EventId": "1"})
	}
	return map[string]any{"Entries": results}, nil
}

func open(t *testing.T, s *server) *bus.Bus {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return bus.Open(aws.Config{
		BaseEndpoint: &srv.URL, Region: "us-east-1", Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, "local", time.Now)
}

// pattern is the one that infra/action.yaml gives an action.
func pattern(action string, types []string) string {
	p := map[string]any{"source": []string{event.Source}, "detail": map[string]any{"only": []any{map[string]bool{"exists": false}, action}}}
	if types != nil {
		p["detail-type"] = types
	}
	out, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func envelope(id string) event.Envelope {
	return event.Envelope{Facts: event.Facts{ID: id, Type: "charge.refunded", Created: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}}
}
