package ddb_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
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

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
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

// both makes a call with the SDK's client and with ours, each against a service that answers
// like this, and returns what each asked, got and failed with. The input is the SDK's.
func both(t *testing.T, answers []answer, in any) (asked [2][]string, got [2]any, errs [2]error) {
	t.Helper()
	operation := strings.TrimSuffix(reflect.TypeOf(in).Elem().Name(), "Input")
	method, _ := reflect.TypeFor[*ddb.Client]().MethodByName(operation)
	ours := reflect.New(method.Type.In(2).Elem())
	same(t, ours.Elem(), reflect.ValueOf(in).Elem()) // the SDK's client sets a token in its own
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
		client, input := reflect.ValueOf(dynamodb.NewFromConfig(cfg, alsoConflicts)), reflect.ValueOf(in)
		if i == 1 {
			client, input = reflect.ValueOf(ddb.New(cfg, time.Now)), ours
		}
		results := client.MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(t.Context()), input})
		got[i] = results[0].Interface()
		errs[i], _ = results[1].Interface().(error)
		srv.Close()
		asked[i] = s.asked
	}
	return asked, got, errs
}

// alsoConflicts is what ours repeats besides.
func alsoConflicts(o *dynamodb.Options) {
	o.Retryer = retry.AddWithErrorCodes(o.Retryer, (&types.TransactionConflictException{}).ErrorCode())
}

// same copies what the SDK's types hold into ours.
func same(t *testing.T, to, from reflect.Value) {
	t.Helper()
	if err := ddb.Copy(to.Addr().Interface(), from.Interface()); err != nil {
		t.Fatal(err)
	}
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
	in     any
}{
	"get": {`{"Item":` + rowJSON + `}`, &dynamodb.GetItemInput{TableName: table, Key: row, ConsistentRead: aws.Bool(true)}},
	"put": {`{"Attributes":` + rowJSON + `}`, &dynamodb.PutItemInput{
		TableName: table, Item: row, ConditionExpression: aws.String("attribute_not_exists(#id)"), ExpressionAttributeNames: map[string]string{"#id": "id"},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}},
	"update": {`{"Attributes":` + rowJSON + `}`, &dynamodb.UpdateItemInput{TableName: table, Key: row, UpdateExpression: aws.String("SET a = :a"), ExpressionAttributeValues: row, ReturnValues: types.ReturnValueAllNew}},
	"delete": {`{}`, &dynamodb.DeleteItemInput{TableName: table, Key: row}},
	"query":  {`{"Items":[` + rowJSON + `],"Count":1,"ScannedCount":2,"LastEvaluatedKey":{"id":{"S":"z"}}}`, &dynamodb.QueryInput{TableName: table, IndexName: aws.String("received"), KeyConditionExpression: aws.String("a = :a"), ExpressionAttributeValues: row, Limit: aws.Int32(7), ScanIndexForward: aws.Bool(false), ExclusiveStartKey: row}},
	"scan":   {`{"Items":[],"Count":0,"ScannedCount":0}`, &dynamodb.ScanInput{TableName: table, Segment: aws.Int32(0), TotalSegments: aws.Int32(4)}},
	"batch":  {`{"Responses":{"shop-events":[` + rowJSON + `]},"UnprocessedKeys":{"shop-events":{"Keys":[{"id":{"S":"a"}}]}}}`, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*table: {Keys: []map[string]types.AttributeValue{row}, ConsistentRead: aws.Bool(true)}}}},
	"transaction": {`{}`, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: table, Item: row}},
		{Update: &types.Update{TableName: table, Key: row, UpdateExpression: aws.String("SET a = :a")}},
		{ConditionCheck: &types.ConditionCheck{TableName: table, Key: row, ConditionExpression: aws.String("b = :b")}},
		{Delete: &types.Delete{TableName: table, Key: row}},
	}}},
	"describe": {
		`{"Table":{"TableName":"shop-events","TableStatus":"ARCHIVED","CreationDateTime":1795000000.5,"ItemCount":12,"DeletionProtectionEnabled":true,"LatestStreamArn":"arn:stream",` +
			`"SSEDescription":{"Status":"ENABLED","KMSMasterKeyArn":"arn:key","InaccessibleEncryptionDateTime":1795000001.25},"ArchivalSummary":{"ArchivalDateTime":1795000002.5,"ArchivalBackupArn":"arn:backup"}}}`,
		&dynamodb.DescribeTableInput{TableName: table},
	},
	"describe a new one": {`{"Table":{"CreationDateTime":1795000000.5,"SSEDescription":{},"ArchivalSummary":{}}}`, &dynamodb.DescribeTableInput{TableName: table}},
	"describe backups":   {`{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"ENABLED"}}}`, &dynamodb.DescribeContinuousBackupsInput{TableName: table}},
	"describe expiry":    {`{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLING","AttributeName":"expires"}}`, &dynamodb.DescribeTimeToLiveInput{TableName: table}},
}

// seen is what we read of an output, as JSON: fields that ours does not have are left out.
func seen(t *testing.T, got, ours any) string {
	t.Helper()
	to := reflect.New(reflect.TypeOf(ours).Elem())
	switch {
	case reflect.TypeOf(got) == reflect.TypeOf(ours):
		to = reflect.ValueOf(got)
	case !described(got, to.Interface()):
		from := reflect.ValueOf(got).Elem()
		for i := range to.Elem().NumField() {
			if f := to.Elem().Type().Field(i); f.IsExported() {
				same(t, to.Elem().Field(i), from.FieldByName(f.Name))
			}
		}
	}
	text, err := json.Marshal(to.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestClientAsksAndReadsAsTheSDK(t *testing.T) {
	for name, op := range operations {
		asked, got, errs := both(t, []answer{{200, op.answer, false}}, op.in)
		if errs[0] != nil || errs[1] != nil {
			t.Errorf("%s: %v, %v", name, errs[0], errs[1])
		}
		if len(asked[0]) != 1 || !slices.Equal(asked[0], asked[1]) {
			t.Errorf("%s: the SDK asks\n%s\nand we\n%s", name, asked[0], asked[1])
		}
		if a, b := seen(t, got[0], got[1]), seen(t, got[1], got[1]); a != b {
			t.Errorf("%s: the SDK reads\n%s\nand we\n%s", name, a, b)
		}
	}
}

func TestClientFailsAndRepeatsAsTheSDK(t *testing.T) {
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
			asked, _, errs := both(t, answers, o.in)
			if !slices.Equal(asked[0], asked[1]) {
				t.Errorf("%s, %s: the SDK asks %d times and we %d", name, op, len(asked[0]), len(asked[1]))
			}
			if (errs[0] == nil) != (errs[1] == nil) {
				t.Errorf("%s, %s: the SDK fails with %v, we with %v", name, op, errs[0], errs[1])
				continue
			}
			var api [2]smithy.APIError
			if is := [2]bool{errors.As(errs[0], &api[0]), errors.As(errs[1], &api[1])}; is[0] != is[1] || is[0] && (code(api[0]) != code(api[1]) || message(api[0]) != message(api[1])) {
				t.Errorf("%s, %s: the SDK fails with %v, we with %v", name, op, errs[0], errs[1])
			}
			if a, b := detail(t, errs[0]), detail(t, errs[1]); a != b {
				t.Errorf("%s, %s: the SDK's error has %s, ours %s", name, op, a, b)
			}
		}
	}
}

// code is that of the service. What is not a service's answer has none: the SDK says
// UnknownError, and we the status.
func code(e smithy.APIError) string {
	if strings.HasPrefix(e.ErrorCode(), "HTTP") {
		return "UnknownError"
	}
	return e.ErrorCode()
}

func message(e smithy.APIError) string { return strings.TrimPrefix(e.ErrorMessage(), "UnknownError") }

// detail is what the typed errors carry that Tables reads.
func detail(t *testing.T, err error) string {
	t.Helper()
	var condition *types.ConditionalCheckFailedException
	var canceled *types.TransactionCanceledException
	c, x := &ddb.ConditionalCheckFailedException{}, &ddb.TransactionCanceledException{}
	switch {
	case errors.As(err, &condition):
		same(t, reflect.ValueOf(&c.Item).Elem(), reflect.ValueOf(condition.Item))
	case errors.As(err, &canceled):
		same(t, reflect.ValueOf(&x.CancellationReasons).Elem(), reflect.ValueOf(canceled.CancellationReasons))
	case !errors.As(err, &c) && !errors.As(err, &x):
		return ""
	}
	text, _ := json.Marshal([]any{c.Item, x.CancellationReasons})
	return string(text)
}

func TestClientGivesUpWithItsContext(t *testing.T) {
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
	_, err := ddb.New(cfg, time.Now).GetItem(ctx, &ddb.GetItemInput{TableName: table})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "GetItem") {
		t.Errorf("%v", err)
	}
}
