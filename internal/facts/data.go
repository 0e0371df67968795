package facts

import (
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/rawjson"
)

// Data is the part of an event that says what happened, as it is written.
type Data struct {
	Object   json.RawMessage // nil without; it may be null
	Previous json.RawMessage // previous_attributes, nil without
}

// DataOf reads the data of an event's body: a text that is not JSON, or no object, is
// event.ErrInvalid.
func DataOf(body []byte) (d Data, err error) {
	text := rawjson.New(body)
	object := text.Object(func(name []byte) {
		if string(name) != "data" {
			return
		}
		text.Object(func(name []byte) {
			switch string(name) {
			case "object":
				d.Object = text.Raw()
			case "previous_attributes":
				d.Previous = some(text.Raw())
			}
		})
	})
	if !object || !text.OK() {
		return Data{}, fmt.Errorf("%w: the body is not a JSON object", event.ErrInvalid)
	}
	return d, nil
}

// some is a value, or nil for null.
func some(raw json.RawMessage) json.RawMessage {
	if isNull(raw) {
		return nil
	}
	return raw
}
