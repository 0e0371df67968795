package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/metric"
)

// service answers each request with the next of its answers, and keeps what was asked.
type service struct {
	mu      sync.Mutex
	answers []answer
	asked   []string // operation, type and body
}

type answer struct {
	status int
	body   string
	breaks bool // the connection breaks instead
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.Header.Get("X-Amz-Target")+" "+r.Header.Get("Content-Type")+" "+canonical(body))
	a := answer{200, "{}", false}
	if len(s.answers) > 0 {
		a, s.answers = s.answers[0], s.answers[1:]
	}
	if a.breaks {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// canonical is JSON with its members in order, and without the token of a transaction.
func canonical(body []byte) string {
	var v map[string]any
	if json.Unmarshal(body, &v) != nil {
		return string(body)
	}
	if token, ok := v["ClientRequestToken"].(string); ok && token != "" {
		v["ClientRequestToken"] = "a token"
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// both runs a call with the SDK's client and with ours, each against a service that answers
// like this, and returns what each asked, got and failed with.
func both(t *testing.T, answers []answer, call func(context.Context, dynamo.Client) (any, error)) (asked [2][]string, got [2]any, errs [2]error) {
	t.Helper()
	for i := range 2 {
		s := &service{answers: slices.Clone(answers)}
		srv := httptest.NewServer(s)
		cfg := aws.Config{
			Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "token"),
			Retryer: func() aws.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) {
					o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
				})
			},
		}
		var c dynamo.Client = dynamodb.NewFromConfig(cfg, dynamo.Retrying)
		if i == 1 {
			c = dynamo.NewWired(cfg, &metric.Counts{}, time.Now)
		}
		got[i], errs[i] = call(t.Context(), c)
		srv.Close()
		asked[i] = s.asked
	}
	return asked, got, errs
}

var (
	table = aws.String("shop-events")
	row   = map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "evt_\"<é>"}, "n": &types.AttributeValueMemberN{Value: "12"}, "b": &types.AttributeValueMemberB{Value: []byte{0, 1, 255}},
		"yes": &types.AttributeValueMemberBOOL{Value: true}, "none": &types.AttributeValueMemberNULL{Value: true}, "set": &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: ""}}},
		"map":  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": &types.AttributeValueMemberN{Value: "-1.5"}}},
	}
	rowJSON = `{"id":{"S":"evt_\"<é>"},"n":{"N":"12"},"b":{"B":"AAH/"},"yes":{"BOOL":true},"none":{"NULL":true},"set":{"SS":["a","b"]},"list":{"L":[{"S":""}]},"map":{"M":{"x":{"N":"-1.5"}}}}`
)

// operations are every call that Tables makes, with an answer.
var operations = map[string]struct {
	answer string
	call   func(context.Context, dynamo.Client) (any, error)
}{
	"get": {`{"Item":` + rowJSON + `}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: row, ConsistentRead: aws.Bool(true)})
	}},
	"put": {`{"Attributes":` + rowJSON + `}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: table, Item: row, ConditionExpression: aws.String("attribute_not_exists(#id)"), ExpressionAttributeNames: map[string]string{"#id": "id"},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
	}},
	"update": {`{"Attributes":` + rowJSON + `}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: table, Key: row, UpdateExpression: aws.String("SET a = :a"), ExpressionAttributeValues: row, ReturnValues: types.ReturnValueAllNew})
	}},
	"delete": {`{}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: row})
	}},
	"query": {`{"Items":[` + rowJSON + `],"Count":1,"ScannedCount":2,"LastEvaluatedKey":{"id":{"S":"z"}}}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.Query(ctx, &dynamodb.QueryInput{TableName: table, IndexName: aws.String("received"), KeyConditionExpression: aws.String("a = :a"), ExpressionAttributeValues: row, Limit: aws.Int32(7), ScanIndexForward: aws.Bool(false), ExclusiveStartKey: row})
	}},
	"scan": {`{"Items":[],"Count":0,"ScannedCount":0}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.Scan(ctx, &dynamodb.ScanInput{TableName: table, Segment: aws.Int32(0), TotalSegments: aws.Int32(4)})
	}},
	"batch": {`{"Responses":{"shop-events":[` + rowJSON + `]},"UnprocessedKeys":{"shop-events":{"Keys":[{"id":{"S":"a"}}]}}}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*table: {Keys: []map[string]types.AttributeValue{row}, ConsistentRead: aws.Bool(true)}}})
	}},
	"transaction": {`{}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: table, Item: row}},
			{Update: &types.Update{TableName: table, Key: row, UpdateExpression: aws.String("SET a = :a")}},
			{ConditionCheck: &types.ConditionCheck{TableName: table, Key: row, ConditionExpression: aws.String("b = :b")}},
			{Delete: &types.Delete{TableName: table, Key: row}},
		}})
	}},
	"describe": {`{"Table":{"TableName":"shop-events","CreationDateTime":1795000000.5,"ItemCount":12}}`, func(ctx context.Context, c dynamo.Client) (any, error) {
		return c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: table})
	}},
}

var ignored = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".ResultMetadata" }, cmp.Ignore()),
	cmpopts.IgnoreUnexported(dynamodb.GetItemOutput{}, dynamodb.PutItemOutput{}, dynamodb.UpdateItemOutput{}, dynamodb.DeleteItemOutput{}, dynamodb.QueryOutput{}, dynamodb.ScanOutput{},
		dynamodb.BatchGetItemOutput{}, dynamodb.TransactWriteItemsOutput{}, dynamodb.DescribeTableOutput{}, types.TableDescription{}, types.KeysAndAttributes{},
		types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberB{}, types.AttributeValueMemberBOOL{}, types.AttributeValueMemberNULL{}, types.AttributeValueMemberSS{}, types.AttributeValueMemberL{}, types.AttributeValueMemberM{}),
}

func TestWiredAsksAndReadsAsTheSDK(t *testing.T) {
	for name, op := range operations {
		asked, got, errs := both(t, []answer{{200, op.answer, false}}, op.call)
		if errs[0] != nil || errs[1] != nil {
			t.Errorf("%s: %v, %v", name, errs[0], errs[1])
		}
		if len(asked[0]) != 1 || !slices.Equal(asked[0], asked[1]) {
			t.Errorf("%s: the SDK asks\n%s\nand Wired\n%s", name, asked[0], asked[1])
		}
		if diff := cmp.Diff(got[0], got[1], ignored); diff != "" {
			t.Errorf("%s: the SDK reads otherwise: %s", name, diff)
		}
	}
}

func TestWiredFailsAndRepeatsAsTheSDK(t *testing.T) {
	refusal := func(code, more string) answer {
		return answer{400, `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"no"` + more + `}`, false}
	}
	broken := answer{breaks: true}
	for name, answers := range map[string][]answer{
		"condition failed":           {refusal("ConditionalCheckFailedException", `,"Item":`+rowJSON)},
		"transaction canceled":       {refusal("TransactionCanceledException", `,"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"m","Item":`+rowJSON+`}]`)},
		"transaction conflict, once": {refusal("TransactionConflictException", "")},
		"validation":                 {refusal("ValidationException", "")},
		"no such table":              {refusal("ResourceNotFoundException", "")},
		"denied":                     {refusal("AccessDeniedException", "")},
		"throttled, once":            {refusal("ThrottlingException", "")},
		"throttled for good":         {refusal("ProvisionedThroughputExceededException", ""), refusal("ThrottlingException", ""), refusal("ThrottlingException", "")},
		"an error of the service":    {{500, `{"__type":"InternalServerError"}`, false}},
		"an unknown error":           {refusal("NewException", "")},
		"a page of a proxy":          {{503, `<html>`, false}, {503, ``, false}, {502, ``, false}},
		"no JSON":                    {{200, `{"Item":`, false}},
		"a lost reply":               {broken},
		"no reply at all":            {broken, broken, broken, broken, broken, broken},
	} {
		for op, o := range operations {
			asked, _, errs := both(t, answers, o.call)
			if !slices.Equal(asked[0], asked[1]) {
				t.Errorf("%s, %s: the SDK asks %d times and Wired %d", name, op, len(asked[0]), len(asked[1]))
			}
			if (errs[0] == nil) != (errs[1] == nil) {
				t.Errorf("%s, %s: the SDK fails with %v, Wired with %v", name, op, errs[0], errs[1])
				continue
			}
			var api [2]smithy.APIError
			if is := [2]bool{errors.As(errs[0], &api[0]), errors.As(errs[1], &api[1])}; is[0] != is[1] || is[0] && (api[0].ErrorCode() != api[1].ErrorCode() || api[0].ErrorMessage() != api[1].ErrorMessage()) {
				t.Errorf("%s, %s: the SDK fails with %v, Wired with %v", name, op, errs[0], errs[1])
			}
			if a, b := detail(errs[0]), detail(errs[1]); a != b {
				t.Errorf("%s, %s: the SDK's error has %s, Wired's %s", name, op, a, b)
			}
		}
	}
}

// detail is what the typed errors carry that Tables reads.
func detail(err error) string {
	var condition *types.ConditionalCheckFailedException
	var canceled *types.TransactionCanceledException
	switch {
	case errors.As(err, &condition):
		text, _ := json.Marshal(condition.Item)
		return string(text)
	case errors.As(err, &canceled):
		text, _ := json.Marshal(canceled.CancellationReasons)
		return string(text)
	}
	return ""
}

func TestWiredGivesUpWithItsContext(t *testing.T) {
	hang := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the client leave
		select {
		case <-r.Context().Done():
		case <-hang:
		}
	}))
	defer srv.Close()
	defer close(hang)
	cfg := aws.Config{Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := dynamo.NewWired(cfg, &metric.Counts{}, time.Now).GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: row})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "GetItem") {
		t.Errorf("%v", err)
	}
}
