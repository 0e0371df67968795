package aws

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// leadingKeys is the condition key that holds the partition key of every item
// that a call names, as text.
const leadingKeys = "dynamodb:leadingkeys"

// onItems is the right to an action on items of one table, each given whole or
// by its key. If the partition key of any of them cannot be read, the context
// has no leading keys at all, so that a policy with a Null guard refuses.
func (s *Server) onItems(action, table string, items ...attributes) access {
	a := need("dynamodb:"+action, s.tableARN(table))
	attribute := s.partitionKey(a.resources[0])
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = keyText(item[attribute])
	}
	if len(keys) > 0 && !slices.Contains(keys, "") {
		a.context = map[string][]string{leadingKeys: keys}
	}
	return a
}

// partitionKey is the name of the table's partition key, which DynamoDB
// requires to be the first of the schema; empty for a table that the template
// does not have.
func (s *Server) partitionKey(arn string) string {
	if keys := s.keyNames(arn); keys != nil {
		return keys[0]
	}
	return ""
}

// keyNames are the attributes of the table's key; nil for a table that the template does
// not have.
func (s *Server) keyNames(arn string) []string {
	for _, t := range s.template().Tables {
		if t.ARN != arn {
			continue
		}
		if keys, err := keysOf(t); err == nil {
			return keys
		}
	}
	return nil
}

// keyText is the text of a string, number or binary value; empty for any other.
func keyText(value json.RawMessage) string {
	r, text, members := rawjson.New(value), "", 0
	r.Expect(r.Object(func(kind []byte) {
		members++
		if of := r.NeedText(); slices.Contains([]string{"S", "N", "B"}, string(kind)) {
			text = of
		}
	}))
	if !r.OK() || members != 1 {
		return ""
	}
	return text
}

// named is the item that a call or an entry of a transaction is about.
func (in tableRequest) named(action string) attributes {
	if action == "PutItem" {
		return in.Item
	}
	return in.Key
}

// batched lists the items that a batch names in one table; none if the batch
// cannot be read.
func batched(operation string, raw json.RawMessage) []attributes {
	r := rawjson.New(raw)
	if operation == "BatchGetItem" {
		var keys []attributes
		r.Object(func(name []byte) {
			if string(name) == "Keys" {
				keys = nil // the last counts
				r.Expect(r.Array(func() { keys = append(keys, members(r)) }))
			}
		})
		if !r.OK() {
			return nil
		}
		return keys
	}
	entries := readEntries(r)
	if !r.OK() {
		return nil
	}
	var items []attributes
	for _, entry := range entries {
		items = append(items, entry["PutRequest"].Item, entry["DeleteRequest"].Key)
	}
	return slices.DeleteFunc(items, func(a attributes) bool { return a == nil })
}

// equality is one comparison in a key condition: attribute = :value.
var equality = regexp.MustCompile(`([^\s()=<>]+)\s*=\s*(:\w+)`)

// equated has the value of each attribute that the key condition compares for
// equality, placeholders resolved; none for an attribute compared twice.
func (in tableRequest) equated() attributes {
	values := attributes{}
	for _, m := range equality.FindAllStringSubmatch(in.KeyConditionExpression, -1) {
		name, value := m[1], in.Values[m[2]]
		if actual, ok := in.Names[name]; ok {
			name = actual
		}
		if _, twice := values[name]; twice {
			value = nil
		}
		values[name] = value
	}
	return values
}
