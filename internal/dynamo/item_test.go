package dynamo

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

func TestItemSizeFollowsDynamoDBsRules(t *testing.T) {
	for name, tc := range map[string]struct {
		it   item
		want int
	}{
		"text in bytes":             {item{"é": str("日")}, 2 + 3},
		"binary":                    {item{"b": &ddb.AttributeValueMemberB{Value: make([]byte, 10)}}, 11},
		"boolean":                   {item{"b": &ddb.AttributeValueMemberBOOL{}}, 2},
		"zero":                      {item{"n": &ddb.AttributeValueMemberN{Value: "0"}}, 2},
		"two digits to a byte":      {item{"n": &ddb.AttributeValueMemberN{Value: "12345"}}, 1 + 1 + 3},
		"trailing zeros are free":   {item{"n": &ddb.AttributeValueMemberN{Value: "1200000"}}, 1 + 1 + 1},
		"a sign takes another byte": {item{"n": &ddb.AttributeValueMemberN{Value: "-12"}}, 1 + 2 + 1},
	} {
		if got := tc.it.size(); got != tc.want {
			t.Errorf("%s: %d bytes, want %d", name, got, tc.want)
		}
	}
}

func TestBodyThatUnpacksTooLargeIsInvalid(t *testing.T) {
	e, err := New(nil, "").bodies.dense()
	if err != nil {
		t.Fatal(err)
	}
	bomb := e.EncodeAll(make([]byte, maxBody+1), nil)
	for name, data := range map[string][]byte{"bomb": bomb, "no zstd": []byte("plain"), "cut": bomb[:20], "nothing": nil} {
		if _, err := decompress(data); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := encode(New(nil, "").bodies.quick, make([]byte, maxBody+1)); !errors.Is(err, event.ErrTooLarge) {
		t.Errorf("compress: error is %v", err)
	}
}

func TestBodyUnpacksToWhatItWas(t *testing.T) {
	bodies := New(nil, "").bodies
	for _, body := range [][]byte{{}, []byte("x"), []byte("\x00\xff"), bytes.Repeat([]byte("abc"), 1<<20)} {
		data, err := encode(bodies.quick, body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decompress(data)
		if err != nil || !bytes.Equal(body, got) {
			t.Errorf("%d bytes came back as %d, %v", len(body), len(got), err)
		}
	}
}

func TestNumberIsKeptExactlyOrRefused(t *testing.T) {
	for s, exact := range map[string]bool{
		"0": true, "-1": true, "9007199254740993": true, "0.1": true, "1e125": true, "1E-130": true, "0e999999": true,
		strings.Repeat("9", 38): true, "1" + strings.Repeat("0", 100): true, "0." + strings.Repeat("0", 129) + "1": true,
		strings.Repeat("9", 39): false, "1e126": false, "1e-131": false, "1e99999999999999999999": false,
		"0." + strings.Repeat("0", 130) + "1": false,
	} {
		if err := checkNumber(s); (err == nil) != exact {
			t.Errorf("%s: error is %v", s, err)
		}
	}
}

func TestFieldWithARowsOwnNameIsNamedInTheError(t *testing.T) {
	for _, name := range []string{"id", "version", "payhooks-direct"} {
		_, err := rowItem(event.Write{Table: "orders", Key: "pi_1", Data: json.RawMessage(`{"` + name + `":1}`)})
		var r *ReservedError
		if !errors.As(err, &r) || r.Field != name || !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestRawSetsAndBinariesAreReadAsJSON(t *testing.T) {
	it, err := readRow(item{
		"id": str("pi_1"), "ss": &ddb.AttributeValueMemberSS{Value: []string{"a"}}, "ns": &ddb.AttributeValueMemberNS{Value: []string{"1"}},
		"b": &ddb.AttributeValueMemberB{Value: []byte("x")}, "bs": &ddb.AttributeValueMemberBS{Value: [][]byte{[]byte("y")}},
	})
	if want := `{"b":"eA==","bs":["eQ=="],"ns":[1],"ss":["a"]}`; err != nil || string(it.Data) != want || it.Version != 0 {
		t.Fatalf("%s, version %d, error %v", it.Data, it.Version, err)
	}
}

func TestCancelledTransactionIsConflictOrInvalid(t *testing.T) {
	cause := errors.New("cancelled")
	for name, tc := range map[string]struct {
		codes []string
		want  error
	}{
		"a version moved":              {[]string{"None", "ConditionalCheckFailed"}, event.ErrConflict},
		"another transaction is busy":  {[]string{"TransactionConflict", "None"}, event.ErrConflict},
		"an item that can never be":    {[]string{"TransactionConflict", "ValidationError"}, event.ErrInvalid},
		"throttled, so unavailable":    {[]string{"None", "ThrottlingError"}, nil},
		"capacity, so unavailable too": {[]string{"ProvisionedThroughputExceeded"}, nil},
	} {
		var reasons []ddb.CancellationReason
		for _, code := range tc.codes {
			reasons = append(reasons, ddb.CancellationReason{Code: aws.String(code)})
		}
		err := cancelled(reasons, cause)
		if tc.want == nil && (errors.Is(err, event.ErrConflict) || errors.Is(err, event.ErrInvalid) || !errors.Is(err, cause)) || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestUnreadableTimeIsInvalid(t *testing.T) {
	r := &reader{item: item{"created": str("yesterday")}}
	if at := r.time("created", seconds); !at.IsZero() || !errors.Is(r.err, event.ErrInvalid) {
		t.Fatalf("%s, error %v", at, r.err)
	}
	e := event.Event{Facts: event.Facts{ID: "evt_1", Created: time.Unix(1e13, 0)}}
	if _, err := New(nil, "").eventItem(e, time.Time{}); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("a year of six digits: error is %v", err)
	}
}

func TestFactTooLongForAnIndexIsNoKey(t *testing.T) {
	prefix := len("test/own/customer/")
	for n, kept := range map[int]bool{1: true, 1023 - prefix: true, 1024: false, 0: false} {
		e := event.Event{Facts: event.Facts{ID: "evt_1", Subject: strings.Repeat("s", n), Customer: strings.Repeat("c", n)}}
		it, err := New(nil, "").eventItem(e, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"subject_key", "customer_key"} {
			if _, ok := it[name]; ok != kept {
				t.Errorf("%s of %d bytes: kept is %t", name, n, ok)
			}
		}
		if got := readFacts(&reader{item: it}); got.Subject != e.Subject || got.Customer != e.Customer {
			t.Errorf("facts of %d bytes were changed", n)
		}
	}
}
