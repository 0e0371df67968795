package dynamo

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/payhooks/payhooks/internal/event"
)

var sentBody = regexp.MustCompile(`"body":\{"B":"([^"]+)"\}`)

// versions of the bodies in a request that the test's transport got; each is read to the byte.
func (s *script) versions(t *testing.T, want string) (all []uint32) {
	t.Helper()
	for _, found := range sentBody.FindAllStringSubmatch(s.requests[len(s.requests)-1], -1) {
		packed, err := base64.StdEncoding.DecodeString(found[1])
		if err != nil {
			t.Fatal(err)
		}
		var h zstd.Header
		if err := h.Decode(packed); err != nil {
			t.Fatal(err)
		}
		if got, err := decompress(packed); err != nil || string(got) != want {
			t.Errorf("version %d: %q, %v", h.DictionaryID, got, err)
		}
		all = append(all, h.DictionaryID)
	}
	return all
}

// TestBodiesHaveTheDictionaryOnlyWhereItIsAskedFor, whoever writes them.
func TestBodiesHaveTheDictionaryOnlyWhereItIsAskedFor(t *testing.T) {
	const body = `{"id":"evt_1","object":"event","type":"charge.succeeded","data":{"object":{"object":"charge"}}}`
	at := time.Date(2026, 11, 22, 1, 2, 3, 4e6, time.UTC)
	e := event.Event{Facts: event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: at, Received: at}, Body: []byte(body), Fetched: []byte(body)}
	thin := event.Stored{Event: e, Pending: true, Expires: at}
	twin := thin
	twin.ID = "evt_thin"
	for _, writer := range []struct {
		name   string
		bodies int
		write  func(t *testing.T, tables *Tables) error
	}{
		{"put", 1, func(t *testing.T, tables *Tables) error { _, err := tables.Put(t.Context(), e, at); return err }},
		{"import", 1, func(t *testing.T, tables *Tables) error {
			_, err := tables.Import(t.Context(), e, []string{"a"}, at)
			return err
		}},
		{"rendering", 1, func(t *testing.T, tables *Tables) error { return tables.PutRendering(t.Context(), e, "acacia", at) }},
		{"payload", 1, func(t *testing.T, tables *Tables) error {
			return tables.Link(t.Context(), event.Link{Thin: thin, Event: e, At: at})
		}},
		{"payload and occurrence", 2, func(t *testing.T, tables *Tables) error {
			return tables.Link(t.Context(), event.Link{Thin: twin, Event: e, At: at})
		}},
		{"quarantine", 1, func(t *testing.T, tables *Tables) error {
			return tables.Quarantine().Put(t.Context(), event.Quarantined{Endpoint: "default", ID: "evt_1", Received: at, Body: []byte(body)})
		}},
	} {
		without, s := scripted(`{}`)
		for want, tables := range map[uint32]*Tables{plain: without, samples1: without.WithDictionary()} {
			if err := writer.write(t, tables); err != nil {
				t.Fatal(writer.name, err)
			}
			got := s.versions(t, body)
			if len(got) != writer.bodies {
				t.Errorf("%s wrote %d bodies, want %d", writer.name, len(got), writer.bodies)
			}
			for _, version := range got {
				if version != want {
					t.Errorf("%s wrote version %d, want %d", writer.name, version, want)
				}
			}
		}
	}
}

func TestPreparedIsWhatBodiesAreWrittenWith(t *testing.T) {
	plainly, _ := scripted(`{}`)
	for _, tables := range []*Tables{plainly, plainly.WithDictionary()} {
		opened := 0
		quick := tables.bodies.quick
		tables.bodies.quick = func() (*zstd.Encoder, error) { opened++; return quick() }
		if tables.PrepareBodies(t.Context()); opened != 1 {
			t.Errorf("the encoder was touched %d times", opened)
		}
	}
}

func TestTablesReadWhatOthersWroteWithTheDictionaryAndWithoutIt(t *testing.T) {
	plainly, sent := scripted(`{}`)
	e := event.Event{Facts: event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: time.Unix(1e9, 0).UTC(), Received: time.Unix(1e9, 0).UTC()}, Body: []byte(`{"id":"evt_1"}`)}
	for _, writer := range []*Tables{plainly, plainly.WithDictionary()} {
		if _, err := writer.Put(t.Context(), e, time.Time{}); err != nil {
			t.Fatal(err)
		}
		var put struct{ Item json.RawMessage }
		_, request, _ := strings.Cut(sent.requests[len(sent.requests)-1], " ")
		if err := json.Unmarshal([]byte(request), &put); err != nil {
			t.Fatal(err)
		}
		answer, _ := scripted(`{"Item":` + string(put.Item) + `}`)
		for _, reader := range []*Tables{answer, answer.WithDictionary()} {
			if got, err := reader.Get(t.Context(), e.ID); err != nil || string(got.Body) != string(e.Body) {
				t.Errorf("%q, %v", got.Body, err)
			}
		}
	}
}
