package ddb

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const everyKind = `{"s":{"S":"a\"\u00e9/"},"n":{"N":"1.50"},"b":{"B":"AAE="},"t":{"BOOL":true},"f":{"BOOL":false},"null":{"NULL":true},
 "ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","AQ=="]},"l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"m":{"M":{"in":{"M":{"n":{"N":"7"}}}}},"new":{"X":[1,{"y":null}]}}`

var everyValue = Item{
	"s": &AttributeValueMemberS{"a\"é/"}, "n": &AttributeValueMemberN{"1.50"}, "b": &AttributeValueMemberB{[]byte{0, 1}},
	"t": &AttributeValueMemberBOOL{true}, "f": &AttributeValueMemberBOOL{false}, "null": &AttributeValueMemberNULL{true},
	"ss": &AttributeValueMemberSS{[]string{"a", "b"}}, "ns": &AttributeValueMemberNS{[]string{"1", "2"}},
	"bs": &AttributeValueMemberBS{[][]byte{{0}, {1}}},
	"l": &AttributeValueMemberL{[]AttributeValue{
		&AttributeValueMemberS{"x"}, &AttributeValueMemberL{[]AttributeValue{}}, &AttributeValueMemberM{map[string]AttributeValue{}},
	}},
	"m":   &AttributeValueMemberM{map[string]AttributeValue{"in": &AttributeValueMemberM{map[string]AttributeValue{"n": &AttributeValueMemberN{"7"}}}}},
	"new": nil,
}

func TestAnswersAreReadWithEveryKindOfValue(t *testing.T) {
	const more = `,"Unknown":[{"a":1}],"ConsumedCapacity":`
	for text, c := range map[string]struct{ into, want any }{
		`{"Attributes":` + everyKind + `}`:                       {&UpdateItemOutput{}, &UpdateItemOutput{everyValue}},
		`{"Item":` + everyKind + more + `{"CapacityUnits":1.5}}`: {&GetItemOutput{}, &GetItemOutput{consumed{1.5}, everyValue}},
		`{"Items":[` + everyKind + `],"LastEvaluatedKey":{"id":{"S":"a"}}` + more + `{"CapacityUnits":2}}`: {
			&QueryOutput{}, &QueryOutput{consumed{2}, []Item{everyValue}, Item{"id": &AttributeValueMemberS{"a"}}},
		},
		`{"Items":[],"Count":0}`: {&ScanOutput{}, &ScanOutput{Items: []Item{}}},
		`{"Responses":{"t":[` + everyKind + `],"u":[]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"b"}}]}}` + more + `[{"CapacityUnits":1},{"CapacityUnits":2}]}`: {
			&BatchGetItemOutput{}, &BatchGetItemOutput{
				consumed{3},
				map[string][]Item{"t": {everyValue}, "u": {}},
				map[string]KeysAndAttributes{"t": {Keys: []Item{{"id": &AttributeValueMemberS{"b"}}}}},
			},
		},
		`{}`: {&GetItemOutput{}, &GetItemOutput{}},
	} {
		if err := json.Unmarshal([]byte(text), c.into); err != nil || !cmp.Equal(c.into, c.want, cmp.AllowUnexported(GetItemOutput{}, QueryOutput{}, ScanOutput{}, BatchGetItemOutput{})) {
			t.Errorf("%T: error %v, %s", c.into, err, cmp.Diff(c.want, c.into, cmp.AllowUnexported(GetItemOutput{}, QueryOutput{}, ScanOutput{}, BatchGetItemOutput{})))
		}
	}
}

func TestMalformedAnswersAreErrors(t *testing.T) {
	for _, value := range []string{
		`{"S":1}`, `{"S":null}`, `{"N":7}`, `{"B":"%"}`, `{"BOOL":"true"}`, `{"NULL":1}`, `{"SS":"a"}`, `{"NS":[1]}`, `{"BS":["%"]}`, `{"L":{}}`, `{"M":[]}`, `[]`, `"a"`, `7`, `{"S":"a"`, ``,
	} {
		if err := new(GetItemOutput).UnmarshalJSON([]byte(`{"Item":{"a":` + value + `}}`)); err == nil {
			t.Errorf("%s is read", value)
		}
	}
	for _, text := range []string{``, `<html>`, `[]`, `{"Item":[]}`, `{"Item":{"a":1}}`, `{"Item":{}} x`, `{"Item":{}`} {
		if err := new(GetItemOutput).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	var none Item
	if err := json.Unmarshal([]byte("null"), &none); err != nil || none != nil {
		t.Errorf("null is %v, error %v", none, err)
	}
}

func BenchmarkReadItem(b *testing.B) {
	text := []byte(`{"Item":` + everyKind + `}`)
	for b.Loop() {
		if err := new(GetItemOutput).UnmarshalJSON(text); err != nil {
			b.Fatal(err)
		}
	}
}
