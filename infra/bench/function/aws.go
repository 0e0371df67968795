package function

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// secret that both sides sign and verify with.
const secret = "whsec_bench" //nolint:gosec // of no endpoint

// services answer what AWS's would, over TLS and as soon as a call is read: what is measured
// is the function. They keep what ingest stores and dispatch publishes, for the functions
// that come after.
type services struct {
	*httptest.Server
	// answering is closed when Secrets Manager answers.
	answering chan struct{}

	mu        sync.Mutex
	items     []json.RawMessage          // of the events, in the order of their puts
	byID      map[string]json.RawMessage // the same
	published []json.RawMessage          // what a rule's target gets
}

// serve starts services with a certificate in dir, and returns what a function needs to
// reach them.
func serve(dir string, configure func(*httptest.Server)) (*services, []string, error) {
	s := &services{answering: make(chan struct{}), byID: map[string]json.RawMessage{}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // functions that are ended tell services nothing
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if configure != nil {
		configure(s.Server)
	}
	s.StartTLS()
	ca := filepath.Join(dir, "ca.pem")
	err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600)
	return s, []string{"AWS_ENDPOINT_URL=" + s.URL, "SSL_CERT_FILE=" + ca, "SSL_CERT_DIR=" + filepath.Join(dir, "none"), "TMPDIR=" + dir}, err
}

// ServeHTTP implements http.Handler.
func (s *services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if operation == "GetSecretValue" {
		select {
		case <-s.answering:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = w.Write(s.answer(operation, body))
}

func (s *services) answer(operation string, body []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in call
	_ = json.Unmarshal(body, &in) // a call that cannot be read gets an answer without content
	switch operation {
	case "GetSecretValue":
		return encode(map[string]string{"SecretString": secret})
	case "PutItem":
		s.put(in.Item)
	case "BatchGetItem":
		return encode(map[string]any{"Responses": s.read(in.RequestItems)})
	case "PutEvents":
		return encode(map[string]any{"Entries": s.publish(in.Entries)})
	case "ListRules":
		return encode(map[string]any{"Rules": []map[string]string{{"Name": "update-order", "State": "ENABLED", "EventPattern": rulePattern}}})
	}
	return []byte("{}")
}

// rulePattern is as infra/action.yaml writes it.
const rulePattern = `{"source":["payhooks"],"detail-type":["charge.succeeded"],"detail":{"only":[{"exists":false},"update-order"]}}`

// call is what is read of a request.
type call struct {
	Item         json.RawMessage
	RequestItems map[string]struct{ Keys []struct{ ID attribute } }
	Entries      []struct{ Source, DetailType, Detail string }
}

type attribute struct{ S string }

func (s *services) put(raw json.RawMessage) {
	var it struct {
		ID      attribute
		Pending *attribute
	}
	if json.Unmarshal(raw, &it) == nil && it.Pending != nil { // the idiomatic function's are none of ours
		s.items, s.byID[it.ID.S] = append(s.items, raw), raw
	}
}

func (s *services) read(asked map[string]struct{ Keys []struct{ ID attribute } }) map[string][]json.RawMessage {
	found := map[string][]json.RawMessage{}
	for table, of := range asked {
		for _, key := range of.Keys {
			if it, ok := s.byID[key.ID.S]; ok && strings.HasSuffix(table, "-events") {
				found[table] = append(found[table], it)
			}
		}
	}
	return found
}

func (s *services) publish(entries []struct{ Source, DetailType, Detail string }) (answers []map[string]string) {
	for _, e := range entries {
		s.published = append(s.published, encode(map[string]any{"version": "0", "source": e.Source, "detail-type": e.DetailType, "detail": json.RawMessage(e.Detail)}))
		answers = append(answers, map[string]string{"EventId": "1"})
	}
	return answers
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot be
	}
	return text
}
