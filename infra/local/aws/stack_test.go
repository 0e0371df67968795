package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	operator = "AKIAOPERATOR"
	worker   = "AKIAWORKER"
	ownKey   = "key-of-the-run"
	region   = "us-east-1"
	account  = "000000000000"

	eventsStream = "arn:aws:dynamodb:us-east-1:000000000000:table/local-events/stream/now"
	workerRole   = "arn:aws:iam::000000000000:role/local-worker"
)

func arn(service, rest string) string {
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + rest
}

func queueURL(name string) *string {
	return awssdk.String("http://localhost/" + account + "/" + name)
}

// newStack is a small template: a table with a stream and one without, two
// queues with a dead letter queue, a rule, a worker with a role of its own.
func newStack() *template.Stack {
	allowBus := func(queue string) *template.Policy {
		return &template.Policy{Statements: []template.Statement{{
			Effect: "Allow", Actions: []string{"sqs:SendMessage"}, Resources: []string{arn("sqs", queue)},
			Principals: []string{"events.amazonaws.com"},
			Conditions: map[string]map[string][]string{"ArnEquals": {"aws:SourceArn": {arn("events", "rule/local/worker")}}},
		}}}
	}
	queue := func(name string) template.Queue {
		return template.Queue{
			Name: name, ARN: arn("sqs", name), URL: *queueURL(name),
			Visibility: 30 * time.Second, Retention: 14 * 24 * time.Hour, Policy: allowBus(name),
		}
	}
	work := queue("local-worker")
	work.DeadLetter, work.MaxReceiveCount = arn("sqs", "local-worker-dead"), 2
	return &template.Stack{
		Name: "local", Region: region, Account: account,
		Tables: []template.Table{
			{
				Name: "local-events", ARN: arn("dynamodb", "table/local-events"), StreamARN: eventsStream, View: "NEW_IMAGE",
				Create: parse(`{"BillingMode":"PAY_PER_REQUEST",
					"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"day","AttributeType":"S"}],
					"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
					"GlobalSecondaryIndexes":[{"IndexName":"day","KeySchema":[{"AttributeName":"day","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`),
			},
			{
				Name: "local-orders", ARN: arn("dynamodb", "table/local-orders"),
				Create: parse(`{"BillingMode":"PAY_PER_REQUEST",
					"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
					"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`),
			},
		},
		Streams: []template.StreamSource{{
			Function: "Dispatch", Stream: eventsStream,
			Filters: []string{`{"dynamodb":{"NewImage":{"pending":{"S":[{"anything-but":["fetched"]}]}}}}`},
		}},
		Queues: []template.Queue{work, queue("local-worker-dead"), queue("local-bus-dead")},
		Buses:  []template.Bus{{Name: "local", ARN: arn("events", "event-bus/local")}},
		Rules: []template.Rule{{
			Name: "worker", ARN: arn("events", "rule/local/worker"), Bus: "local",
			Pattern: `{"source":["payhooks"],"detail-type":["charge.succeeded"],"detail":{"only":[{"exists":false},"worker"]}}`,
			Targets: []template.Target{{
				ID: "queue", ARN: work.ARN, DeadLetter: arn("sqs", "local-bus-dead"),
				MaxAge: time.Hour, MaxRetries: 3,
			}},
		}},
		Roles: map[string]template.Role{workerRole: {Name: "local-worker", ARN: workerRole, Policies: []template.Policy{{Statements: []template.Statement{
			{Effect: "Allow", Actions: []string{"dynamodb:GetItem", "dynamodb:UpdateItem"}, Resources: []string{arn("dynamodb", "table/local-orders")}},
			{Effect: "Allow", Actions: []string{"dynamodb:Query"}, Resources: []string{arn("dynamodb", "table/local-events/index/day")}},
			{Effect: "Allow", Actions: []string{"sqs:*"}, Resources: []string{arn("sqs", "local-*")}},
			{Effect: "Deny", Actions: []string{"sqs:PurgeQueue"}, Resources: []string{"*"}},
			{
				Effect: "Allow", Actions: []string{"ses:SendEmail"}, Resources: []string{arn("ses", "identity/*")},
				Conditions: map[string]map[string][]string{"StringEquals": {"ses:FromAddress": {"shop@example.com"}}},
			},
		}}}}},
		Secrets: []template.Secret{
			{Name: "local/webhooks/default", ARN: arn("secretsmanager", "secret:local/webhooks/default-AbCdEf"), Value: "whsec_template"},
			{Name: "local/webhooks/connect", ARN: arn("secretsmanager", "secret:local/webhooks/connect-AbCdEf")},
		},
		Topics: []template.Topic{{Name: "local-alarms", ARN: arn("sns", "local-alarms")}},
	}
}

func parse(text string) map[string]any {
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return v
}

// rig is a running endpoint with a real engine behind it.
type rig struct {
	*aws.Server

	engine *engine.Engine
	dir    string
}

// start runs an endpoint; edit changes it first.
func start(t testing.TB, edit ...func(*aws.Server)) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir()}
	r.engine = &engine.Engine{Package: filepath.Join("..", "engine"), DataDir: r.dir}
	if err := r.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	c := r.engine.Client()
	c.HTTP = &http.Client{Transport: &http.Transport{}}
	defer c.HTTP.CloseIdleConnections()
	if err := c.CreateTables(t.Context(), newStack().Tables); err != nil {
		t.Fatal(err)
	}
	r.boot(t, edit...)
	return r
}

// boot starts the endpoint, again if it was stopped.
func (r *rig) boot(t testing.TB, edit ...func(*aws.Server)) {
	t.Helper()
	s := &aws.Server{
		Stack: newStack(), Engine: r.engine.Client(), DataDir: r.dir,
		OwnKey: ownKey,
		Keys: map[string]aws.Caller{
			operator: {Name: "operator", Operator: true},
			worker:   {Name: "worker", Role: workerRole},
		},
	}
	for _, e := range edit {
		e(s)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Server = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// config is what an SDK client of a function gets.
func (r *rig) config(t testing.TB, key string) awssdk.Config {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	t.Cleanup(client.CloseIdleConnections)
	return awssdk.Config{
		Region: region, BaseEndpoint: awssdk.String(r.URL()), HTTPClient: client,
		Credentials:      credentials.NewStaticCredentialsProvider(key, "secret", "token"),
		RetryMaxAttempts: 1,
	}
}

func (r *rig) dynamo(t testing.TB, key string) *dynamodb.Client {
	return dynamodb.NewFromConfig(r.config(t, key))
}

func (r *rig) sqs(t testing.TB, key string) *sqs.Client { return sqs.NewFromConfig(r.config(t, key)) }

func (r *rig) bus(t testing.TB, key string) *eventbridge.Client {
	return eventbridge.NewFromConfig(r.config(t, key))
}

func (r *rig) mail(t testing.TB, key string) *sesv2.Client {
	return sesv2.NewFromConfig(r.config(t, key))
}

func (r *rig) secrets(t testing.TB, key string) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(r.config(t, key))
}

func (r *rig) topics(t testing.TB, key string) *sns.Client {
	return sns.NewFromConfig(r.config(t, key))
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

type item = map[string]types.AttributeValue

func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// wantCode fails unless err is the AWS error and its message has the words.
func wantCode(t testing.TB, err error, want string, words ...string) {
	t.Helper()
	if code(err) != want {
		t.Errorf("got %v, want %s", err, want)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

// eventually waits until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func background() context.Context { return context.Background() }

// transaction updates an order and deletes another.
func transaction(table *string, key item) *dynamodb.TransactWriteItemsInput {
	return &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: table, Key: key, UpdateExpression: awssdk.String("SET a = :a"), ExpressionAttributeValues: item{":a": str("a")}}},
		{Delete: &types.Delete{TableName: table, Key: item{"id": str("y")}}},
	}}
}
