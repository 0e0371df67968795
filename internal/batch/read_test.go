package batch

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB) []byte {
	text, err := os.ReadFile("../../events/lambda/sqs.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// looked is what handlers look at of a batch that encoding/json decoded.
func looked(in events.SQSEvent) (out []events.SQSMessage) {
	for _, m := range in.Records {
		kept := events.SQSMessage{MessageId: m.MessageId, ReceiptHandle: m.ReceiptHandle, Body: m.Body, EventSourceARN: m.EventSourceARN}
		if n, ok := m.Attributes[received]; ok {
			kept.Attributes = map[string]string{received: n}
		}
		out = append(out, kept)
	}
	return out
}

func TestMessagesAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for _, text := range []string{string(sample(t)), `{}`, `{"Records":[]}`, `{"audit":{"events":["evt_1"]}}`, `{"Records":[{"messageId":"1","body":"\"\u00e9\\"},{"attributes":{"ApproximateReceiveCount":"12"}}]}`} {
		var all events.SQSEvent
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
		got, err := Read([]byte(text))
		if diff := cmp.Diff(looked(all), got.Records); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestABatchThatIsNoneIsAnError(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"Records":1}`, `{"Records":[{"messageId":1}]}`, `{"Records":[{"body":{}}]}`, `{"Records":[{"attributes":{"ApproximateReceiveCount":1}}]}`, string(sample(t)) + "x"} {
		if got, err := Read([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestFirstReceiveIsTheOneThatIsCountedAsOne(t *testing.T) {
	for count, first := range map[string]bool{"1": true, "2": false, "10": false, "": false, "0": false} {
		if First(events.SQSMessage{Attributes: map[string]string{received: count}}) != first {
			t.Errorf("%q: %t", count, !first)
		}
	}
	if First(events.SQSMessage{}) {
		t.Error("a message without a count is a first receive")
	}
}

func BenchmarkRead(b *testing.B) {
	text := sample(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadByEncodingJSON(b *testing.B) {
	text := sample(b)
	b.ReportAllocs()
	for b.Loop() {
		var in events.SQSEvent
		if err := json.Unmarshal(text, &in); err != nil {
			b.Fatal(err)
		}
	}
}
