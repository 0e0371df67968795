package dispatch

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// sample is a batch of the stream, as Lambda hands it over.
func sample(t testing.TB) []byte {
	text, err := os.ReadFile("../../events/lambda/dynamodb-stream.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// looked is what Handle looks at of an event that encoding/json decoded.
func looked(in events.DynamoDBEvent) (out events.DynamoDBEvent) {
	for _, r := range in.Records {
		var kept events.DynamoDBEventRecord
		kept.Change.SequenceNumber, kept.Change.ApproximateCreationDateTime = r.Change.SequenceNumber, r.Change.ApproximateCreationDateTime
		if r.Change.NewImage != nil {
			kept.Change.NewImage = Image{}
		}
		for name, v := range r.Change.NewImage {
			switch v.DataType() {
			case events.DataTypeString, events.DataTypeNumber, events.DataTypeBoolean, events.DataTypeStringSet:
			default:
				v = events.NewNullAttribute()
			}
			kept.Change.NewImage[name] = v
		}
		out.Records = append(out.Records, kept)
	}
	return out
}

func TestRecordsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for _, text := range []string{
		string(sample(t)), `{}`, `{"Records":[]}`, `{"Records":[{"eventName":"REMOVE","dynamodb":{"SequenceNumber":"1","Keys":{"id":{"S":"evt_1"}}}}]}`,
		`{"Records":[{"dynamodb":{"ApproximateCreationDateTime":1796000000.25,"NewImage":{"a":{"SS":["x","y"]},"b":{"BOOL":false},"c":{"N":"-1.5"},"d":{"NULL":true},"e":{"L":[{"S":"x"}]},"f":{"M":{}},"g":{"B":"eA=="},"h":{"S":"é\n"}}}}]}`,
	} {
		var all events.DynamoDBEvent
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(err)
		}
		got, err := readRecords([]byte(text))
		same := cmp.AllowUnexported(events.DynamoDBAttributeValue{})
		if diff := cmp.Diff(looked(all).Records, got.Records, same); err != nil || len(all.Records) > 0 && diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestABatchThatIsNoneIsAnError(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{"Records":1}`, `{"Records":[{"dynamodb":{"SequenceNumber":1}}]}`, `{"Records":[{"dynamodb":[]}]}`, string(sample(t)) + "x",
		`{"Records":[{"dynamodb":{"NewImage":{"a":{"BOOL":"yes"}}}}]}`, `{"Records":[{"dynamodb":{"NewImage":{"a":{"SS":[1]}}}}]}`,
	} {
		if out, err := (&Dispatcher{}).Invoke(t.Context(), []byte(text)); err == nil {
			t.Errorf("%s: %s", text, out)
		}
	}
}

func BenchmarkReadRecords(b *testing.B) {
	text := sample(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readRecords(text); err != nil {
			b.Fatal(err)
		}
	}
}
