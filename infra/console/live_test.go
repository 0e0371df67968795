package console_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// messages are those of a stream of a page, each as one text; it is closed when the stream is.
func (s *site) messages(page string) <-chan string {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.URL+"/live?page="+url.QueryEscape(page), http.NoBody)
	if err != nil {
		s.Fatal(err)
	}
	res, err := s.Client.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = res.Body.Close() })
	all := make(chan string, 100)
	go func() {
		defer close(all)
		var message strings.Builder
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if line := lines.Text(); line != "" {
				message.WriteString(line + "\n")
				continue
			}
			if text := message.String(); !strings.HasPrefix(text, ":") {
				all <- text
			}
			message.Reset()
		}
	}()
	return all
}

// next is the next message of a stream, which must come.
func (s *site) next(messages <-chan string) string {
	s.Helper()
	select {
	case m, open := <-messages:
		if !open {
			s.Fatal("the stream has ended")
		}
		return m
	case <-time.After(10 * time.Second):
		s.Fatal("no message")
		return ""
	}
}

func TestAStreamSendsAPageWhenItHasChanged(t *testing.T) {
	s := open(t, 2)
	s.Page("/events") // with the session's cookie
	all := s.messages("/events")
	if m := s.next(all); !strings.Contains(m, "hx-partial") || !strings.Contains(m, "/events/evt_00000") || strings.Contains(m, "<html") {
		t.Fatal(m)
	}
	s.put(event.Facts{ID: "evt_new", Type: "charge.succeeded"}, operatortest.Receipts)
	if m := s.next(all); !strings.Contains(m, "/events/evt_new") {
		t.Error(m)
	}
	select {
	case m := <-all:
		t.Errorf("nothing has changed, and it sends %s", m)
	case <-time.After(2500 * time.Millisecond):
	}
}

func TestTheOldestStreamOfASessionIsReplaced(t *testing.T) {
	s := open(t, 1)
	s.Page("/events")
	first := s.messages("/events")
	s.next(first)
	for range 4 {
		s.next(s.messages("/events"))
	}
	if m := s.next(first); !strings.HasPrefix(m, "event: replaced") {
		t.Error(m)
	}
	if _, more := <-first; more {
		t.Error("it goes on")
	}
}
