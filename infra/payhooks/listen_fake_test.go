package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/payhooks/payhooks/internal/webhook"
)

// What the CLI asks for to get events of each form.
const (
	webhooksFeature = "webhooks"
	v2Feature       = "v2_events"
)

// listenSecret has the form of those that Stripe makes for the CLI.
const listenSecret = "whsec_5d0f8a3c1e7b94265d0f8a3c1e7b94265d0f8a3c1e7b94265d0f8a3c1e7b9426"

// listenKey is the API key that the CLI has.
const listenKey = "rk_test_51ListensToNobody"

// stripeOfCLI is of Stripe what its CLI talks to: sessions, their websockets, and resending.
type stripeOfCLI struct {
	*testing.T
	url string

	mu      sync.Mutex
	sockets map[string]*websocket.Conn // by feature
	sent    map[string]sentEvent       // by the id of the event
	said    []cliMessage               // what the CLI sent, oldest first
}

// sentEvent is an event as it was sent first.
type sentEvent struct {
	feature string
	body    []byte
}

// cliMessage is what the CLI sends: event_ack at once, webhook_response with the answer.
type cliMessage struct {
	Type         string
	EventID      string `json:"event_id"`        // of event_ack
	Notification string `json:"notification_id"` // the event's id in webhook_response
	ForwardURL   string `json:"forward_url"`
	Status       int
	Body         string
}

func newStripeOfCLI(t *testing.T) *stripeOfCLI {
	s := &stripeOfCLI{T: t, sockets: map[string]*websocket.Conn{}, sent: map[string]sentEvent{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/stripecli/sessions", s.session)
	mux.HandleFunc("GET /subscribe", s.subscribe)
	mux.HandleFunc("POST /v1/events/{id}/retry", s.retry)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/subscribe" && r.Header.Get("Authorization") != "Bearer "+listenKey {
			http.Error(w, `{"error":{"message":"Invalid API Key provided"}}`, http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stripeOfCLI) session(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || len(r.Form["websocket_features[]"]) != 1 || r.Form.Get("device_name") == "" {
		s.Errorf("a session for %v: %v", r.Form, err)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"websocket_url": "ws" + strings.TrimPrefix(s.url, "http") + "/subscribe", "websocket_id": "cliws_1",
		"websocket_authorized_feature": r.Form.Get("websocket_features[]"), "reconnect_delay": 60,
		"secret": listenSecret, "device_token": "device_1", "default_version": "2023-10-16", "latest_version": "2026-10-28.endive",
	})
}

func (s *stripeOfCLI) subscribe(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"stripecli-devproxy-v1"}})
	if err != nil || c.Subprotocol() == "" || r.Header.Get("Websocket-Id") != "cliws_1" {
		s.Errorf("websocket of %v: %v", r.Header, err)
		return
	}
	s.mu.Lock()
	s.sockets[r.URL.Query().Get("websocket_feature")] = c
	s.mu.Unlock()
	for {
		var m cliMessage
		if err := wsjson.Read(context.Background(), c, &m); err != nil {
			return // the CLI has gone
		}
		s.mu.Lock()
		s.said = append(s.said, m)
		s.mu.Unlock()
	}
}

// retry is what stripe events resend asks for.
func (s *stripeOfCLI) retry(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	e, ok := s.sent[r.PathValue("id")]
	s.mu.Unlock()
	if !ok || r.FormValue("for_stripecli") != "true" {
		http.Error(w, `{"error":{"message":"No such event"}}`, http.StatusNotFound)
		return
	}
	s.send(r.PathValue("id"), e)
	_, _ = w.Write(e.body)
}

// send signs an event and sends it to the CLI, which has to be connected.
func (s *stripeOfCLI) send(id string, e sentEvent) {
	s.mu.Lock()
	c := s.sockets[e.feature]
	s.sent[id] = e
	s.mu.Unlock()
	if c == nil {
		s.Errorf("the CLI does not listen to %s", e.feature)
		return
	}
	headers := map[string]string{
		"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
		"Stripe-Signature": webhook.Sign(e.body, listenSecret, time.Now()),
	}
	m := map[string]any{"type": "v2_event", "payload": string(e.body), "http_headers": headers, "destination_id": "ed_test_cli"}
	if e.feature == webhooksFeature {
		m = map[string]any{
			"type": "webhook_event", "event_payload": string(e.body), "http_headers": headers, "endpoint": map[string]any{"api_version": nil},
			"webhook_id": "wc_1", "webhook_conversation_id": "wc_conversation_1",
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := wsjson.Write(ctx, c, m); err != nil {
		s.Errorf("send %s to the CLI: %v", id, err)
	}
}

// of are the messages of a type about an event.
func (s *stripeOfCLI) of(kind, id string) (all []cliMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.said {
		if m.Type == kind && (m.EventID == id || m.Notification == id) {
			all = append(all, m)
		}
	}
	return all
}

func (s *stripeOfCLI) connected(feature string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets[feature] != nil
}

// noProxy counts the requests that leave this machine, and answers none.
func noProxy(t *testing.T) (address string, asked func() string) {
	var hosts record
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(&hosts, "%s %s\n", r.Method, r.Host)
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	t.Cleanup(server.Close)
	return server.URL, hosts.String
}
