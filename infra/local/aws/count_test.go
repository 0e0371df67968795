package aws_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/local/aws"
)

// raw sends one call of DynamoDB as the operator; WIDE in it stands for 1.5 KB.
func (r *rig) raw(t *testing.T, operation, body string) {
	t.Helper()
	body = strings.ReplaceAll(body, "WIDE", `"wide":{"S":"`+strings.Repeat("x", 1500)+`"}`)
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL(), strings.NewReader(body)))(t)
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+operator+"/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
}

// counted returns what the endpoint counts while do runs, without its own calls.
func (r *rig) counted(t *testing.T, do func()) (all []aws.Count) {
	t.Helper()
	fetch(t, http.MethodPost, r.URL()+"/_payhooks/counts", "", "")
	do()
	for _, c := range lines[aws.Count](t, r.URL()+"/_payhooks/counts") {
		if c.Caller != aws.Own {
			all = append(all, c)
		}
	}
	return all
}

// The units are computed by hand from DynamoDB's rules: one for each KB begun,
// twice in a transaction, each index apart and only if it changes. The index
// of local-events has all attributes.
func TestCountsCapacityAsDynamoDBDoes(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		name, operation, body string
		write, index, read    float64
		units                 map[string]float64
	}{
		{"put in no index", "PutItem", `{"TableName":"local-events","Item":{"id":{"S":"1"}}}`, 1, 0, 0, map[string]float64{"local-events": 1}},
		{"put of 2 KB in one index", "PutItem", `{"TableName":"local-events","Item":{"id":{"S":"2"},"day":{"S":"a"},WIDE}}`, 4, 2, 0, map[string]float64{"local-events": 2, "local-events/day": 2}},
		{"the same put changes no index", "PutItem", `{"TableName":"local-events","Item":{"id":{"S":"2"},"day":{"S":"a"},WIDE}}`, 2, 0, 0, map[string]float64{"local-events": 2}},
		{"update of a projected attribute", "UpdateItem", `{"TableName":"local-events","Key":{"id":{"S":"2"}},"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"S":"1"}}}`, 4, 2, 0, map[string]float64{"local-events": 2, "local-events/day": 2}},
		{"update out of the index", "UpdateItem", `{"TableName":"local-events","Key":{"id":{"S":"2"}},"UpdateExpression":"REMOVE #d","ExpressionAttributeNames":{"#d":"day"}}`, 4, 2, 0, map[string]float64{"local-events": 2, "local-events/day": 2}},
		{"transaction of two tables", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"local-events","Item":{"id":{"S":"3"},WIDE}}},{"Put":{"TableName":"local-orders","Item":{"id":{"S":"1"}}}}]}`, 6, 0, 0, map[string]float64{"local-events": 4, "local-orders": 2}},
		{"consistent read", "GetItem", `{"TableName":"local-events","Key":{"id":{"S":"2"}},"ConsistentRead":true}`, 0, 0, 1, map[string]float64{"local-events": 1}},
		{"eventual read", "GetItem", `{"TableName":"local-events","Key":{"id":{"S":"2"}}}`, 0, 0, 0.5, map[string]float64{"local-events": 0.5}},
		{"batch of two tables", "BatchGetItem", `{"RequestItems":{"local-events":{"Keys":[{"id":{"S":"2"}}],"ConsistentRead":true},"local-orders":{"Keys":[{"id":{"S":"9"}}],"ConsistentRead":true}}}`, 0, 0, 2, map[string]float64{"local-events": 1, "local-orders": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := []aws.Count{{Service: "dynamodb", Caller: "operator", Operation: c.operation, Calls: 1, Write: c.write, Index: c.index, Read: c.read, Units: c.units}}
			got := r.counted(t, func() { r.raw(t, c.operation, c.body) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCountsFailedCallsApart(t *testing.T) {
	r := start(t)
	got := r.counted(t, func() {
		r.raw(t, "PutItem", `{"TableName":"local-orders","Item":{"id":{"S":"1"}},"ConditionExpression":"attribute_exists(id)"}`)
	})
	want := []aws.Count{{Service: "dynamodb", Caller: "operator", Operation: "PutItem", Calls: 1, Failed: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// AWS charges for each entry that a bus takes, and for each message of a rule.
func TestCountsWhatIsNoCallOfDynamoDB(t *testing.T) {
	r := start(t)
	got := r.counted(t, func() {
		publish(t, r.bus(t, operator), entry("charge.succeeded", `{"id":"evt_1"}`), entry("charge.failed", `{"id":"evt_2"}`), entry("charge.succeeded", `not json`))
		r.Invoked("worker")
	})
	want := []aws.Count{
		{Service: "events", Caller: "operator", Operation: "PutEvents", Calls: 1},
		{Service: "events", Caller: "operator", Operation: aws.EntryPut, Calls: 2},
		{Service: "lambda", Caller: "worker", Operation: aws.FunctionCalls, Calls: 1},
		{Service: "sqs", Caller: "local-worker", Operation: aws.MessageSent, Calls: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
