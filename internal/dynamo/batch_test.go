package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// script answers each request with the next reply, and the last one for ever.
type script struct {
	replies  []string
	requests []string // the operation and the body of each
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	s.requests = append(s.requests, operation+" "+string(body))
	reply := s.replies[min(len(s.requests), len(s.replies))-1]
	status := http.StatusOK
	if strings.Contains(reply, "__type") {
		status = http.StatusBadRequest
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader([]byte(reply))), Header: http.Header{}, Request: req}, nil
}

func scripted(replies ...string) (*Tables, *script) {
	s := &script{replies: replies}
	return New(ddb.New(awssdk.Config{
		BaseEndpoint: awssdk.String("http://tables.test"), Region: "us-east-1", HTTPClient: &http.Client{Transport: s},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), Retryer: func() awssdk.Retryer { return awssdk.NopRetryer{} },
	}, time.Now), "stack"), s
}

const (
	record      = `{"id":{"S":"a#evt_1"},"action":{"S":"a"},"event":{"S":"evt_1"},"state":{"S":"waiting"},"next":{"S":"2026-11-22T12:00:00.000Z"}}`
	unprocessed = `{"Responses":{},"UnprocessedKeys":{"stack-deliveries":{"ConsistentRead":true,"Keys":[{"id":{"S":"a#evt_1"}}]}}}`
)

var ref = event.DeliveryRef{Action: "a", Event: "evt_1"}

func TestUnprocessedKeysAreAskedForAgain(t *testing.T) {
	tables, s := scripted(unprocessed, unprocessed, `{"Responses":{"stack-deliveries":[`+record+`]}}`)
	ds, err := tables.Deliveries(t.Context(), []event.DeliveryRef{ref})
	if err != nil || len(ds) != 1 || ds[0].Event != "evt_1" || len(s.requests) != 3 {
		t.Fatalf("%d requests, deliveries %v, error %v", len(s.requests), ds, err)
	}
	tables, s = scripted(unprocessed, `{"Responses":{"stack-deliveries":[`+record+`]}}`)
	b := tables.Begin(t.Context(), []event.DeliveryRef{ref})[0]
	if !errors.Is(b.Err, event.ErrNotFound) || b.Delivery.State != event.Waiting || len(s.requests) != 2 {
		t.Fatalf("%d requests, %+v", len(s.requests), b)
	}
}

func TestKeysThatStayUnprocessedAreAnError(t *testing.T) {
	tables, s := scripted(unprocessed)
	_, err := tables.Deliveries(t.Context(), []event.DeliveryRef{ref})
	if err == nil || errors.Is(err, event.ErrInvalid) || len(s.requests) != batchTries {
		t.Fatalf("%d requests, error %v", len(s.requests), err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Millisecond)
	defer cancel()
	if _, err := tables.Deliveries(ctx, []event.DeliveryRef{ref}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error is %v", err)
	}
}

func TestBeginIsOneConsistentRequestOverBothTables(t *testing.T) {
	tables, s := scripted(`{"Responses":{}}`)
	for _, b := range tables.Begin(t.Context(), []event.DeliveryRef{ref, ref}) {
		if !errors.Is(b.Err, event.ErrNotFound) {
			t.Fatal(b.Err)
		}
	}
	operation, body, _ := strings.Cut(s.requests[0], " ")
	var asked struct {
		RequestItems map[string]struct {
			ConsistentRead bool
			Keys           []map[string]map[string]string
		}
	}
	if err := json.Unmarshal([]byte(body), &asked); err != nil || operation != "BatchGetItem" || len(s.requests) != 1 {
		t.Fatalf("requests %v, error %v", s.requests, err)
	}
	for table, id := range map[string]string{"stack-events": "evt_1", "stack-deliveries": "a#evt_1"} {
		got := asked.RequestItems[table]
		if !got.ConsistentRead || len(got.Keys) != 1 || got.Keys[0]["id"]["S"] != id {
			t.Errorf("%s: asked for %+v", table, got)
		}
	}
}

func TestUnreadableEventSpoilsNoOther(t *testing.T) {
	tables, s := scripted(`{"Responses":{"stack-events":[{"id":{"S":"evt_1"},"livemode":{"S":"x"}},{"id":{"S":"evt_2"},"type":{"S":"ping"},"body":{"S":"x"}}]}}`)
	got := tables.GetAll(t.Context(), []string{"evt_2", "evt_1", "evt_3"})
	for i, want := range []error{event.ErrInvalid, event.ErrInvalid, event.ErrNotFound} {
		if !errors.Is(got[i].Err, want) {
			t.Errorf("%d: error %v, want %v", i, got[i].Err, want)
		}
	}
	if got[0].Stored.Type != "ping" || len(s.requests) != 1 {
		t.Errorf("%d requests, %+v", len(s.requests), got)
	}
	refused, _ := scripted(`{"__type":"AccessDeniedException"}`)
	for _, l := range refused.GetAll(t.Context(), []string{"evt_1", "evt_2"}) {
		if l.Err == nil || errors.Is(l.Err, event.ErrNotFound) || errors.Is(l.Err, event.ErrInvalid) {
			t.Errorf("error %v", l.Err)
		}
	}
}

func TestErrorOfTheStoreEndsASequence(t *testing.T) {
	const refused = `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`
	index := `{"Items":[{"id":{"S":"a#evt_1"}}],"LastEvaluatedKey":{"id":{"S":"a#evt_1"}}}`
	for name, replies := range map[string][]string{
		"of the index": {refused}, "of the records": {index, refused},
	} {
		tables, s := scripted(replies...)
		var errs []error
		for _, err := range event.UnfinishedDeliveries(t.Context(), tables, event.Waiting, time.Now()) {
			errs = append(errs, err)
		}
		if len(errs) != 1 || errs[0] == nil || errors.Is(errs[0], event.ErrInvalid) || len(s.requests) != len(replies) {
			t.Errorf("%s: %d requests, errors %v", name, len(s.requests), errs)
		}
	}
	tables, s := scripted(refused)
	for _, err := range event.ReceivedBetween(t.Context(), tables, time.Time{}, time.Now()) {
		if err == nil || errors.Is(err, event.ErrInvalid) || len(s.requests) != 1 {
			t.Errorf("received: %d requests, error %v", len(s.requests), err)
		}
	}
}

func TestUnfinishedLeavesOutWhatIsNotDueNow(t *testing.T) {
	next := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		state  event.State
		before time.Time
		want   int
	}{
		"as indexed":              {event.Waiting, next.Add(time.Second), 1},
		"another state meanwhile": {event.Parked, next.Add(time.Second), 0},
		"due later meanwhile":     {event.Waiting, next, 0},
	} {
		tables, _ := scripted(`{"Items":[{"id":{"S":"a#evt_1"}}]}`, `{"Responses":{"stack-deliveries":[`+record+`]}}`, `{"Items":[]}`)
		got := 0
		for _, err := range event.UnfinishedDeliveries(t.Context(), tables, tc.state, tc.before) {
			if err != nil {
				t.Fatal(err)
			}
			got++
		}
		if got != tc.want {
			t.Errorf("%s: %d deliveries", name, got)
		}
	}
}
