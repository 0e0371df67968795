package sqsqueue_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/payhooks/payhooks/internal/sqsqueue"
)

const queueARN = "arn:aws:sqs:eu-west-1:123456789012:shop-send-receipt"

// queues answers as SQS does, and keeps what it was asked.
type queues struct {
	asked []string
	fails string // code of the answer to a change
}

func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var members map[string]any
	_ = json.Unmarshal(body, &members)
	text, _ := json.Marshal(members) // in order
	target := r.Header.Get("X-Amz-Target")
	q.asked = append(q.asked, target+" "+r.Header.Get("Content-Type")+" "+string(text))
	switch {
	case strings.HasSuffix(target, ".GetQueueUrl"):
		_, _ = io.WriteString(w, `{"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/123456789012/shop-send-receipt"}`)
	case q.fails != "":
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.sqs#`+q.fails+`","message":"no"}`)
	}
}

func (q *queues) config(t *testing.T) aws.Config {
	t.Helper()
	srv := httptest.NewServer(q)
	t.Cleanup(srv.Close)
	return aws.Config{Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")}
}

func TestDelayAsksAsTheSDK(t *testing.T) {
	ours, theirs := &queues{}, &queues{}
	q := sqsqueue.Visibility{Client: sqsqueue.New(ours.config(t), time.Now)}
	for range 2 { // the queue is looked up once
		if err := q.Delay(t.Context(), queueARN, "receipt", 1500*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	client := sqs.NewFromConfig(theirs.config(t))
	url, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("shop-send-receipt")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: url.QueueUrl, ReceiptHandle: aws.String("receipt"), VisibilityTimeout: 2})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(ours.asked) != 3 || !slices.Equal(ours.asked, theirs.asked) {
		t.Errorf("asked\n%s\nthe SDK asks\n%s", strings.Join(ours.asked, "\n"), strings.Join(theirs.asked, "\n"))
	}
}

func TestDelayThatIsRefusedSaysWhy(t *testing.T) {
	s := &queues{fails: "MessageNotInflight"}
	err := (&sqsqueue.Visibility{Client: sqsqueue.New(s.config(t), time.Now)}).Delay(t.Context(), queueARN, "receipt", time.Second)
	if err == nil || !strings.Contains(err.Error(), "change visibility") || !strings.Contains(err.Error(), "MessageNotInflight") {
		t.Errorf("%v", err)
	}
}
