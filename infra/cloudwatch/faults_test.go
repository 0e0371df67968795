package cloudwatch_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

// odd is a signed body.
func odd(s *stand, text string) int {
	return s.post([]byte(text), webhook.Sign([]byte(text), s.secret, s.now), 1)
}

func failing(op string) func(*stand) {
	return func(s *stand) {
		s.store.Fault = func(o memory.Op) memory.Fault {
			if o.Name == op {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
	}
}

func works(s *stand) {
	s.store.Fault, s.bus.Fault = nil, nil
	s.off, s.crash = map[string]bool{}, map[string]bool{}
	s.lost, s.books = false, false
	s.fn = func(context.Context, *action.Event[json.RawMessage]) error { return nil }
}

func off(name string) func(*stand) { return func(s *stand) { s.off[name] = true } }

func crashes(name string) func(*stand) { return func(s *stand) { s.crash[name] = true } }

func loses(s *stand) { s.lost = true }

// fails has the action fail with an error.
func fails(err error) func(*stand) {
	return func(s *stand) { s.fn = func(context.Context, *action.Event[json.RawMessage]) error { return err } }
}

// noBus refuses every entry.
func noBus(s *stand) {
	s.bus.Fault = func(o memory.Op) memory.Fault {
		if o.Name == "Publish" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
}

// handled discards what is parked or unknown.
func handled(state event.State) func(*stand) {
	return func(s *stand) {
		works(s)
		for n := range event.UnfinishedShards {
			page, err := s.store.Unfinished(s.Context(), event.Unfinished{State: state, Shard: n, Before: s.now.AddDate(1, 0, 0), Limit: 1000})
			s.must(err)
			for _, d := range page.Items {
				s.must(s.store.Discard(s.Context(), event.DeliveryRef{Action: d.Action, Event: d.Event}, s.now, "operator"))
			}
		}
	}
}

// discardAll empties the quarantine.
func discardAll(s *stand) {
	all, _, err := event.Collect(s.store.Quarantine().All(s.Context()))
	s.must(err)
	for _, q := range all {
		s.must(s.store.Quarantine().Discard(s.Context(), q.Endpoint, q.ID))
	}
}

// once runs in one second.
func once(at int, do func(*stand)) func(*stand, int) {
	return func(s *stand, second int) {
		if second == at {
			do(s)
		}
	}
}

// throttles has a client of DynamoDB meet a table that throttles.
func throttles(s *stand) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`)
	}))
	defer srv.Close()
	client := ddb.New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}, time.Now)
	dynamo.CountThrottled(client, &s.counts)
	_, _ = client.GetItem(s.Context(), &ddb.GetItemInput{TableName: aws.String("shop-events"), Key: ddb.Item{"id": &ddb.AttributeValueMemberS{Value: "a"}}})
	_ = s.invoke("dispatch", func(context.Context) error { return nil })
}
