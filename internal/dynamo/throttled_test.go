package dynamo_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/metric"
)

// throttling answers each call with a status and a body, and then all with {}.
type throttling struct {
	status int
	bodies []string
}

func (s *throttling) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	body := "{}"
	if len(s.bodies) > 0 {
		body, s.bodies = s.bodies[0], s.bodies[1:]
		w.WriteHeader(s.status)
	}
	_, _ = io.WriteString(w, body)
}

func TestEveryThrottledTryIsCountedByTableAndIndex(t *testing.T) {
	const refused = `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}`
	name, key := aws.String("shop-events"), map[string]ddb.AttributeValue{"id": &ddb.AttributeValueMemberS{Value: "a"}}
	for what, c := range map[string]struct {
		throttling
		call func(*ddb.Client) error
		want string
	}{
		"a read, twice": {throttling{400, []string{refused, refused}}, func(c *ddb.Client) error {
			_, err := c.GetItem(t.Context(), &ddb.GetItemInput{TableName: name, Key: key})
			return err
		}, "shop-events - 2"},
		"a query of an index": {throttling{400, []string{refused}}, func(c *ddb.Client) error {
			_, err := c.Query(t.Context(), &ddb.QueryInput{TableName: name, IndexName: aws.String("received"), KeyConditionExpression: aws.String("shard = :s")})
			return err
		}, "shop-events received 1"},
		"one item of a transaction": {throttling{400, []string{`{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"ThrottlingError"}]}`}}, func(c *ddb.Client) error {
			_, _ = c.TransactWriteItems(t.Context(), &ddb.TransactWriteItemsInput{TransactItems: []ddb.TransactWriteItem{
				{Put: &ddb.Put{TableName: name, Item: key}}, {Put: &ddb.Put{TableName: aws.String("shop-orders"), Item: key}},
			}})
			return nil // it is the caller's to try again
		}, "shop-orders - 1"},
		"a batch of which nothing was read": {throttling{200, []string{`{"Responses":{},"UnprocessedKeys":{"shop-events":{"Keys":[{"id":{"S":"a"}}]}}}`}}, func(c *ddb.Client) error {
			_, err := c.BatchGetItem(t.Context(), &ddb.BatchGetItemInput{RequestItems: map[string]ddb.KeysAndAttributes{"shop-events": {Keys: []ddb.Item{key}}}})
			return err
		}, "shop-events - 1"},
		"another error": {throttling{400, []string{`{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException"}`}}, func(c *ddb.Client) error {
			_, _ = c.GetItem(t.Context(), &ddb.GetItemInput{TableName: name, Key: key})
			return nil
		}, ""},
	} {
		t.Run(what, func(t *testing.T) {
			srv := httptest.NewServer(&c.throttling)
			defer srv.Close()
			cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
			var counts metric.Counts
			client := ddb.New(cfg, time.Now)
			dynamo.CountThrottled(client, &counts)
			if err := c.call(client); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			counts.Write(t.Context(), slog.New(slog.NewTextHandler(&out, nil)), "shop", time.Unix(1, 0))
			got := ""
			for _, m := range []string{"table", "index", "throttled"} {
				if _, rest, ok := strings.Cut(out.String(), " "+m+"="); ok {
					got += " " + strings.Fields(rest)[0]
				}
			}
			if strings.TrimSpace(got) != c.want || strings.Count(out.String(), "\n") > 1 {
				t.Errorf("counted %q in %s, expected %q", got, out.String(), c.want)
			}
		})
	}
}
