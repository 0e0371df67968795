package dynamo

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// expiring are the tables whose items have their time to live in expires. A
// state table may have a field of that name.
var expiring = []string{"events", "deliveries", "quarantine"}

// readCopied reads what an item says of itself.
func readCopied(copied event.Table, table string, it item) event.Copied {
	r := &reader{item: it}
	held := copiedItem{item: it}
	var parts []string
	for _, k := range copied.Keys {
		held.keys = append(held.keys, k.Name)
		_, text := scalar(it[k.Name])
		parts = append(parts, text)
	}
	one := event.Copied{Key: strings.Join(parts, " "), Item: held}
	if slices.Contains(expiring, table) {
		one.Expires = r.expires()
	}
	switch table {
	case "events":
		one.Unfinished = r.str("pending") != ""
		for _, action := range r.set("wanted") {
			if !one.Unfinished {
				one.Deliveries = append(one.Deliveries, event.DeliveryRef{Action: action, Event: one.Key})
			}
		}
	case "deliveries": // an effect is never in this state
		one.Unfinished = event.State(r.str("state")) == event.Waiting
	}
	one.Unreadable = r.err
	return one
}

// scalar is the type and the text of a value that may be in a key.
func scalar(v ddb.AttributeValue) (kind, text string) {
	switch v := v.(type) {
	case *ddb.AttributeValueMemberS:
		return "S", v.Value
	case *ddb.AttributeValueMemberN:
		return "N", v.Value
	case *ddb.AttributeValueMemberB:
		return "B", base64.StdEncoding.EncodeToString(v.Value)
	}
	return "", ""
}

// value is the inverse of scalar.
func value(kind, text string) (ddb.AttributeValue, error) {
	switch kind {
	case "S":
		return str(text), nil
	case "N":
		return num(text), nil
	case "B":
		data, err := base64.StdEncoding.DecodeString(text)
		return &ddb.AttributeValueMemberB{Value: data}, err
	}
	return nil, errors.New("no such type")
}

// position is a key as text, and empty for none.
func position(key item) string {
	if len(key) == 0 {
		return ""
	}
	parts := map[string][2]string{}
	for name, v := range key {
		kind, text := scalar(v)
		parts[name] = [2]string{kind, text}
	}
	data, _ := json.Marshal(parts) // never fails
	return base64.RawURLEncoding.EncodeToString(data)
}

// parsePosition is the inverse of position.
func parsePosition(text string) (key item, err error) {
	if text == "" {
		return nil, nil
	}
	var parts map[string][2]string
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &parts)
	}
	key = item{}
	for name, part := range parts {
		var bad error
		key[name], bad = value(part[0], part[1])
		err = errors.Join(err, bad)
	}
	if err != nil {
		return nil, fmt.Errorf("position %q: %w", text, event.ErrInvalid)
	}
	return key, nil
}

// placeholders is an expression of these attributes, and adds their names.
func placeholders(attributes []string, names map[string]string) string {
	all := make([]string, len(attributes))
	for i, name := range attributes {
		all[i] = fmt.Sprintf("#k%d", i)
		names[all[i]] = name
	}
	return strings.Join(all, ", ")
}
