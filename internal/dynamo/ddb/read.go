package ddb

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// Answers are read without reflection, which takes a quarter of the time.

// Item is an item, or a key, that DynamoDB writes.
type Item map[string]AttributeValue

// UnmarshalJSON implements json.Unmarshaler.
func (it *Item) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	r := rawjson.New(text)
	*it = readItem(r)
	return done(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *UpdateItemOutput) UnmarshalJSON(text []byte) error {
	return answer(text, func(r *rawjson.Reader, name []byte) {
		if string(name) == "Attributes" {
			o.Attributes = readItem(r)
		}
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *GetItemOutput) UnmarshalJSON(text []byte) error {
	return answer(text, func(r *rawjson.Reader, name []byte) {
		switch string(name) {
		case "Item":
			o.Item = readItem(r)
		case "ConsumedCapacity":
			decode(r, &o.ConsumedCapacity)
		}
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *QueryOutput) UnmarshalJSON(text []byte) error {
	return answer(text, func(r *rawjson.Reader, name []byte) {
		switch string(name) {
		case "Items":
			o.Items = readList(r, readItem)
		case "LastEvaluatedKey":
			o.LastEvaluatedKey = readItem(r)
		case "ConsumedCapacity":
			decode(r, &o.ConsumedCapacity)
		}
	})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *ScanOutput) UnmarshalJSON(text []byte) error { return (*QueryOutput)(o).UnmarshalJSON(text) }

// UnmarshalJSON implements json.Unmarshaler.
func (o *BatchGetItemOutput) UnmarshalJSON(text []byte) error {
	return answer(text, func(r *rawjson.Reader, name []byte) {
		switch string(name) {
		case "Responses":
			o.Responses = readMap(r, func(r *rawjson.Reader) []Item { return readList(r, readItem) })
		case "UnprocessedKeys":
			decode(r, &o.UnprocessedKeys)
		case "ConsumedCapacity":
			decode(r, &o.ConsumedCapacity)
		}
	})
}

// answer reads the members of an answer.
func answer(text []byte, member func(r *rawjson.Reader, name []byte)) error {
	r := rawjson.New(text)
	r.Expect(r.Object(func(name []byte) { member(r, name) }))
	return done(r)
}

func done(r *rawjson.Reader) error {
	if !r.OK() {
		return errors.New("the answer is not what DynamoDB writes")
	}
	return nil
}

// decode reads what is rare with reflection.
func decode(r *rawjson.Reader, to any) { r.Expect(json.Unmarshal(r.Raw(), to) == nil) }

func readItem(r *rawjson.Reader) Item { return readMap(r, readValue) }

// readValue is nil for a kind that DynamoDB does not have today: its reader finds none of the
// kinds that it expects.
func readValue(r *rawjson.Reader) (v AttributeValue) {
	r.Expect(r.Object(func(kind []byte) {
		switch string(kind) {
		case "S":
			v = &AttributeValueMemberS{r.NeedText()}
		case "N":
			v = &AttributeValueMemberN{r.NeedText()}
		case "B":
			v = &AttributeValueMemberB{readBytes(r)}
		case "BOOL":
			v = &AttributeValueMemberBOOL{readFlag(r)}
		case "NULL":
			v = &AttributeValueMemberNULL{readFlag(r)}
		case "SS":
			v = &AttributeValueMemberSS{readList(r, (*rawjson.Reader).NeedText)}
		case "NS":
			v = &AttributeValueMemberNS{readList(r, (*rawjson.Reader).NeedText)}
		case "BS":
			v = &AttributeValueMemberBS{readList(r, readBytes)}
		case "L":
			v = &AttributeValueMemberL{readList(r, readValue)}
		case "M":
			v = &AttributeValueMemberM{readMap(r, readValue)}
		}
	}))
	return v
}

func readBytes(r *rawjson.Reader) []byte {
	b, err := base64.StdEncoding.DecodeString(r.NeedText())
	r.Expect(err == nil)
	return b
}

func readFlag(r *rawjson.Reader) bool {
	text := string(r.Raw())
	r.Expect(text == "true" || text == "false")
	return text == "true"
}

func readList[T any](r *rawjson.Reader, read func(*rawjson.Reader) T) []T {
	all := []T{}
	r.Expect(r.Array(func() { all = append(all, read(r)) }))
	return all
}

func readMap[T any](r *rawjson.Reader, read func(*rawjson.Reader) T) map[string]T {
	all := map[string]T{}
	r.Expect(r.Object(func(name []byte) {
		key := string(name)
		all[key] = read(r)
	}))
	return all
}
