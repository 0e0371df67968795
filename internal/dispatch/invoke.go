package dispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// Invoke implements lambda.Handler: Handle on the bytes that Lambda has.
func (d *Dispatcher) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	in, err := readRecords(payload)
	if err != nil {
		return nil, err
	}
	out, err := d.Handle(ctx, in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// readRecords reads what Handle looks at. What it does not expect is encoding/json's to
// judge.
func readRecords(payload []byte) (in events.DynamoDBEvent, err error) {
	r := records{rawjson.New(payload)}
	r.Expect(r.Object(func(name []byte) {
		if string(name) == "Records" {
			r.Expect(r.Array(func() { in.Records = append(in.Records, r.record()) }))
		}
	}))
	if r.OK() {
		return in, nil
	}
	in = events.DynamoDBEvent{}
	if err := json.Unmarshal(payload, &in); err != nil {
		return in, fmt.Errorf("not a batch of a table's stream: %w", err)
	}
	return in, nil
}

// records reads a batch.
type records struct{ *rawjson.Reader }

func (r records) record() (record events.DynamoDBEventRecord) {
	c := &record.Change
	r.Expect(r.Object(func(name []byte) {
		if string(name) != "dynamodb" {
			return
		}
		r.Expect(r.Object(func(name []byte) {
			switch string(name) {
			case "SequenceNumber":
				c.SequenceNumber = r.NeedText()
			case "ApproximateCreationDateTime":
				c.ApproximateCreationDateTime.Time = r.time()
			case "NewImage":
				c.NewImage = Image{}
				r.Expect(r.Object(func(name []byte) { c.NewImage[string(name)] = r.attribute() }))
			}
		}))
	}))
	return record
}

// time reads seconds.
func (r records) time() time.Time {
	at, err := strconv.ParseFloat(string(r.Raw()), 64)
	r.Expect(err == nil)
	whole, part := math.Modf(at)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

// attribute reads the kinds that facts have. Of any other, such as the body, it keeps that
// it is none of them.
func (r records) attribute() (v events.DynamoDBAttributeValue) {
	v = events.NewNullAttribute()
	r.Expect(r.Object(func(kind []byte) {
		switch string(kind) {
		case "S":
			v = events.NewStringAttribute(r.NeedText())
		case "N":
			v = events.NewNumberAttribute(r.NeedText())
		case "BOOL":
			on := string(r.Raw())
			r.Expect(on == "true" || on == "false")
			v = events.NewBooleanAttribute(on == "true")
		case "SS":
			var set []string
			r.Expect(r.Array(func() { set = append(set, r.NeedText()) }))
			v = events.NewStringSetAttribute(set)
		}
	}))
	return v
}
