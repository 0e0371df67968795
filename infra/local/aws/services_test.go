package aws_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

// newClient of an engine that is never asked anything.
func newClient() *engine.Client { return &engine.Client{URL: "http://127.0.0.1:1"} }

func receipt(from string) *sesv2.SendEmailInput {
	data := func(s string) *sestypes.Content { return &sestypes.Content{Data: &s} }
	return &sesv2.SendEmailInput{
		FromEmailAddress: &from, Destination: &sestypes.Destination{ToAddresses: []string{"ada@example.com"}},
		Content: &sestypes.EmailContent{Simple: &sestypes.Message{
			Subject: data("Receipt"), Body: &sestypes.Body{Text: data("Paid $10.00"), Html: data("<p>Paid $10.00</p>")},
			Headers: []sestypes.MessageHeader{
				{Name: awssdk.String("X-Payhooks-Kind"), Value: awssdk.String("receipt")},
				{Name: awssdk.String("X-Payhooks-Event"), Value: awssdk.String("evt_1")},
				{Name: awssdk.String("X-Payhooks-Key"), Value: awssdk.String("receipt/pi_1")},
				{Name: awssdk.String("X-Payhooks-Reference"), Value: awssdk.String("1001")},
			},
		}},
	}
}

// fetch asks the endpoint for one of its own paths; host may be empty.
func fetch(t *testing.T, method, url, host, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+ownKey)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// lines reads a list of JSON objects, one a line.
func lines[T any](t *testing.T, url string) []T {
	t.Helper()
	_, answer := fetch(t, http.MethodGet, url, "", "")
	var all []T
	for line := range strings.Lines(answer) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func TestAMailIsInTheMailboxAndStaysThere(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	must(r.mail(t, operator).SendEmail(t.Context(), receipt("Shop <shop@example.com>")))(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.boot(t)
	got := lines[aws.Mail](t, r.URL()+"/_payhooks/mails")
	want := aws.Mail{
		Kind: "receipt", From: "Shop <shop@example.com>", To: "ada@example.com", Subject: "Receipt", Text: "Paid $10.00",
		HTML: "<p>Paid $10.00</p>", Event: "evt_1", Key: "receipt/pi_1", Reference: "1001", At: now.Now(),
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("mailbox %+v", got)
	}
	_, err := r.mail(t, operator).SendEmail(t.Context(), receipt("nobody"))
	wantCode(t, err, "BadRequestException", "From")
}

func TestANoticeIsKept(t *testing.T) {
	r := start(t)
	c := r.topics(t, operator)
	must(c.Publish(t.Context(), &sns.PublishInput{TopicArn: awssdk.String(arn("sns", "local-alarms")), Subject: awssdk.String("Late"), Message: awssdk.String("3 deliveries")}))(t)
	got := lines[aws.Notice](t, r.URL()+"/_payhooks/notices")
	if len(got) != 1 || got[0].Topic != "local-alarms" || got[0].Message != "3 deliveries" {
		t.Errorf("notices %+v", got)
	}
	_, err := c.Publish(t.Context(), &sns.PublishInput{TopicArn: awssdk.String(arn("sns", "other")), Message: awssdk.String("x")})
	wantCode(t, err, "NotFound")
	_, err = r.topics(t, worker).Publish(t.Context(), &sns.PublishInput{TopicArn: awssdk.String(arn("sns", "local-alarms")), Message: awssdk.String("x")})
	wantCode(t, err, "AuthorizationError", "worker is not allowed sns:Publish")
}

func TestRefusedRequestsAreCountedAndTheNewestListed(t *testing.T) {
	r := start(t)
	const n = 1003
	for i := range n {
		must(0, r.AddRefused(aws.Refused{At: time.Unix(int64(i), 0).UTC(), Endpoint: "default", Answer: 400, Reason: "bad_signature"}))(t)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		r.boot(t)
		got := lines[aws.Refused](t, r.URL()+"/_payhooks/refused")
		if len(got) != 1000 || got[0].At.Unix() != 3 || got[999].At.Unix() != n-1 || got[0].Answer != 400 {
			t.Errorf("%d refused, %+v first", len(got), got[0])
		}
		if all := lines[aws.RefusedCount](t, r.URL()+"/_payhooks/refused/count"); len(all) != 1 || all[0].Refused != n {
			t.Errorf("counted %+v", all)
		}
	}
}

func TestSMSIsStoredAndNeedsItsOwnRight(t *testing.T) {
	texts := template.Statement{Effect: "Allow", Actions: []string{"sns:Publish"}, Resources: []string{"*"}}
	r := start(t, func(s *aws.Server) {
		role := s.Stack.Roles[workerRole]
		role.Policies = append(role.Policies, template.Policy{Statements: []template.Statement{
			texts, {Effect: "Deny", Actions: []string{"sns:Publish"}, Resources: []string{"arn:aws:sns:*:*:*"}},
		}})
		s.Stack.Roles[workerRole] = role
	})
	c := r.topics(t, worker)
	text := func(to, message string) error {
		_, err := c.Publish(t.Context(), &sns.PublishInput{PhoneNumber: &to, Message: &message})
		return err
	}
	if err := text("+15550100123", "Thank you"); err != nil {
		t.Fatal(err)
	}
	got := lines[aws.Notice](t, r.URL()+"/_payhooks/notices")
	if len(got) != 1 || got[0].To != "+15550100123" || got[0].Topic != "" || got[0].Message != "Thank you" {
		t.Errorf("notices %+v", got)
	}
	wantCode(t, text("555 0100", "x"), "InvalidParameter", "PhoneNumber")
	wantCode(t, text("+15550100123", strings.Repeat("x", 1601)), "InvalidParameter", "too long")
	_, err := c.Publish(t.Context(), &sns.PublishInput{TopicArn: awssdk.String(arn("sns", "local-alarms")), Message: awssdk.String("x")})
	wantCode(t, err, "AuthorizationError", "denies it")
	_, err = start(t).topics(t, worker).Publish(t.Context(), &sns.PublishInput{PhoneNumber: awssdk.String("+15550100123"), Message: awssdk.String("x")})
	wantCode(t, err, "AuthorizationError", "worker is not allowed sns:Publish on *")
}

func TestASecretThatWasPutOutlivesARestartUntilItsSettingChanges(t *testing.T) {
	r := start(t)
	name := awssdk.String("local/webhooks/default")
	value := func() string {
		t.Helper()
		return awssdk.ToString(must(r.secrets(t, operator).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: name}))(t).SecretString)
	}
	restart := func(edit ...func(*aws.Server)) {
		t.Helper()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		r.boot(t, edit...)
	}
	if value() != "whsec_template" {
		t.Errorf("from the template: %s", value())
	}
	must(r.secrets(t, operator).PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: name, SecretString: awssdk.String("whsec_put")}))(t)
	restart()
	if value() != "whsec_put" {
		t.Errorf("after a restart: %s", value())
	}
	restart(func(s *aws.Server) { s.Secrets = map[string]string{*name: "whsec_env"} })
	if value() != "whsec_env" {
		t.Errorf("after its setting changed: %s", value())
	}
	_, err := r.secrets(t, operator).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: awssdk.String("local/webhooks/connect")})
	wantCode(t, err, "ResourceNotFoundException", "AWSCURRENT")
	const later = "local/webhooks/later" // an endpoint that was added to the parameters
	restart(func(s *aws.Server) {
		s.Stack.Secrets = append(s.Stack.Secrets, template.Secret{Name: later, ARN: arn("secretsmanager", "secret:"+later+"-AbCdEf")})
		s.Secrets = map[string]string{later: "whsec_later"}
	})
	if name = awssdk.String(later); value() != "whsec_later" {
		t.Errorf("of a secret that the folder did not have: %s", value())
	}
	described := must(r.secrets(t, operator).DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: name}))(t)
	if *described.Name != *name || len(described.VersionIdsToStages) != 1 {
		t.Errorf("described %+v", described)
	}
}

func TestACallerIsToldWhoItIs(t *testing.T) {
	r := start(t)
	who := must(sts.NewFromConfig(r.config(t, worker)).GetCallerIdentity(t.Context(), nil))(t)
	if *who.Account != account || *who.Arn != "arn:aws:sts::000000000000:assumed-role/local-worker/worker" {
		t.Errorf("identity %s %s", *who.Account, *who.Arn)
	}
}

func TestARoleMayDoWhatTheTemplateGrantsItAndNothingElse(t *testing.T) {
	r := start(t)
	db, q, bus, mail := r.dynamo(t, worker), r.sqs(t, worker), r.bus(t, worker), r.mail(t, worker)
	orders, events, key := awssdk.String("local-orders"), awssdk.String("local-events"), item{"id": str("x")}
	query := func(index *string) error {
		_, err := db.Query(t.Context(), &dynamodb.QueryInput{
			TableName: events, IndexName: index, KeyConditionExpression: awssdk.String("#k = :v"),
			ExpressionAttributeNames:  map[string]string{"#k": map[bool]string{true: "id", false: "day"}[index == nil]},
			ExpressionAttributeValues: item{":v": str("x")},
		})
		return err
	}
	for name, c := range map[string]struct {
		do   func() error
		code string
		says string
	}{
		"a read it has": {do: func() error {
			_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: orders, Key: key})
			return err
		}},
		"a write it lacks": {func() error {
			_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: orders, Item: key})
			return err
		}, "AccessDeniedException", "worker is not allowed dynamodb:PutItem on " + arn("dynamodb", "table/local-orders") + ": its role in the template does not grant it"},
		"the same read of another table": {func() error {
			_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: events, Key: key})
			return err
		}, "AccessDeniedException", "table/local-events"},
		"an index it has":   {do: func() error { return query(awssdk.String("day")) }},
		"the index's table": {func() error { return query(nil) }, "AccessDeniedException", "dynamodb:Query on " + arn("dynamodb", "table/local-events") + ":"},
		"a transaction with one entry too many": {func() error {
			_, err := db.TransactWriteItems(t.Context(), transaction(orders, key))
			return err
		}, "AccessDeniedException", "dynamodb:DeleteItem"},
		"a wildcard": {do: func() error {
			_, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: work})
			return err
		}},
		"a Deny over a wildcard": {func() error {
			_, err := q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: work})
			return err
		}, "AccessDeniedException", "denies it"},
		"a service it has nothing of": {func() error {
			_, err := bus.ListRules(t.Context(), &eventbridge.ListRulesInput{})
			return err
		}, "AccessDeniedException", "events:ListRules"},
		"a mail from the right address": {do: func() error {
			_, err := mail.SendEmail(t.Context(), receipt("Shop <shop@example.com>"))
			return err
		}},
		"a mail from another address": {func() error {
			_, err := mail.SendEmail(t.Context(), receipt("boss@example.com"))
			return err
		}, "AccessDeniedException", "a condition of ses:FromAddress"},
		"an operation that is not served here, without a right": {func() error {
			_, err := db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: awssdk.String(`SELECT * FROM "local-orders"`)})
			return err
		}, "AccessDeniedException", "worker is not allowed ExecuteStatement of dynamodb"},
		"one with a right": {func() error {
			_, err := q.ListQueueTags(t.Context(), &sqs.ListQueueTagsInput{QueueUrl: work})
			return err
		}, "UnsupportedOperation", "does not serve ListQueueTags"},
		"a role to assume": {func() error {
			_, err := sts.NewFromConfig(r.config(t, worker)).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: awssdk.String(workerRole), RoleSessionName: awssdk.String("x")})
			return err
		}, "AccessDenied", "AssumeRole of sts"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.do()
			if c.code == "" && err != nil {
				t.Error(err)
			}
			if c.code != "" {
				wantCode(t, err, c.code, c.says)
			}
		})
	}
	if err := r.Authorize(workerRole, "sqs:ReceiveMessage", arn("sqs", "local-worker")); err != nil {
		t.Error(err)
	}
	if err := r.Authorize(workerRole, "sqs:ReceiveMessage", arn("sqs", "other")); err == nil || !strings.Contains(err.Error(), "local-worker is not allowed") {
		t.Errorf("got %v", err)
	}
}

func TestFaultsAreInjectedOnRequest(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	list := func() error {
		_, err := db.ListTables(t.Context(), nil)
		return err
	}
	post := func(body string) (int, string) {
		return fetch(t, http.MethodPost, r.URL()+"/_payhooks/faults", "", body)
	}
	for kind, want := range map[string]string{"throttle": "ThrottlingException", "error": "InternalServerError", "reset": ""} {
		post(`{"faults":[{"service":"dynamodb","kind":"` + kind + `","count":1}]}`)
		if err := list(); err == nil || code(err) != want {
			t.Errorf("%s: %v", kind, err)
		}
		if err := list(); err != nil {
			t.Errorf("%s, after its count: %v", kind, err)
		}
	}
	post(`{"faults":[{"operation":"ListTables","kind":"delay","delay_ms":50}]}`)
	began := time.Now()
	if err := list(); err != nil || time.Since(began) < 50*time.Millisecond {
		t.Errorf("delay: %v after %s", err, time.Since(began))
	}
	hits := func() string {
		post(`{"seed":7,"faults":[{"kind":"throttle","probability":0.5}]}`)
		var s strings.Builder
		for range 20 {
			s.WriteString(map[bool]string{true: ".", false: "x"}[list() == nil])
		}
		return s.String()
	}
	if a, b := hits(), hits(); a != b || !strings.Contains(a, "x") || !strings.Contains(a, ".") {
		t.Errorf("the same seed struck %s and %s", a, b)
	}
	if status, answer := post(`{"faults":[{"kind":"flood"}]}`); status != http.StatusBadRequest || !strings.Contains(answer, "flood") {
		t.Errorf("an unknown kind: %d %s", status, answer)
	}
	post(`{}`)
	if err := list(); err != nil {
		t.Error(err)
	}
}

func TestNewestMessagesAreListedAlone(t *testing.T) {
	r := start(t)
	c := r.topics(t, operator)
	for i := range 5 {
		must(c.Publish(t.Context(), &sns.PublishInput{TopicArn: awssdk.String(arn("sns", "local-alarms")), Message: awssdk.String(fmt.Sprint(i))}))(t)
	}
	for newest, want := range map[string]string{"": "01234", "?newest=2": "34", "?newest=1": "4", "?newest=9": "01234", "?newest=x": "01234"} {
		got := ""
		for _, n := range lines[aws.Notice](t, r.URL()+"/_payhooks/notices"+newest) {
			got += n.Message
		}
		if got != want {
			t.Errorf("%q lists %s", newest, got)
		}
	}
	if all := lines[aws.Mail](t, r.URL()+"/_payhooks/mails?newest=3"); len(all) != 0 {
		t.Errorf("an empty mailbox has %v", all)
	}
}

func TestALostReplyLeavesTheMailSent(t *testing.T) {
	r := start(t)
	if err := r.SetFaults(aws.Faults{Faults: []aws.Fault{{Service: "ses", Kind: aws.FaultLost}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.mail(t, operator).SendEmail(t.Context(), receipt("shop@example.com")); err == nil {
		t.Error("the reply was not lost")
	}
	if n := len(lines[aws.Mail](t, r.URL()+"/_payhooks/mails")); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestRow68EndpointRefusesWebPagesAndThoseWithoutKey(t *testing.T) {
	r := start(t)
	if status, _ := fetch(t, http.MethodGet, r.URL()+"/_payhooks/mails", "evil.example", ""); status != http.StatusForbidden {
		t.Errorf("answered %d", status)
	}
	for _, path := range []string{"mails", "notices", "refused", "refused/count", "faults", "counts", "nothing"} {
		res, err := http.Get(r.URL() + "/_payhooks/" + path) //nolint:noctx // of this test
		if err != nil {
			t.Fatal(err)
		}
		if _ = res.Body.Close(); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without the key: answered %d", path, res.StatusCode)
		}
	}
}
