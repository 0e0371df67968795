package operator

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// formOf is the id of the event that the item is a form of.
func formOf(s event.Stored) string {
	if s.Occurrence != "" {
		return s.Occurrence
	}
	id, _, _ := strings.Cut(s.ID, event.RenderingID("", ""))
	return id
}

// refers reports whether a body is about the customer: a field of it, or a path in one,
// is the id. What others write, in metadata and sentences, makes no event theirs. One
// that is not JSON is theirs if it names them at all.
func refers(body []byte, customer string) bool {
	var v any
	return names(body, customer) && (json.Unmarshal(body, &v) != nil || has(v, customer))
}

func has(v any, id string) bool {
	switch v := v.(type) {
	case string:
		return v == id || strings.HasPrefix(v, "/v") && strings.HasSuffix(v, "/"+id)
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return has(one, id) })
	case map[string]any:
		for name, one := range v {
			if name != "metadata" && has(one, id) {
				return true
			}
		}
	}
	return false
}

// names reports whether the text has the id, or the address, as a whole, wherever it is.
func names(text []byte, id string) bool {
	address := strings.Contains(id, "@")
	for {
		i := bytes.Index(text, []byte(id))
		if i < 0 {
			return false
		}
		end := i + len(id)
		longer := i > 0 && (idByte(text[i-1]) || address && addressByte(text[i-1])) || end < len(text) && idByte(text[end])
		if !longer {
			return true
		}
		text = text[end:]
	}
}

// addressByte: with it in front, an address is the end of another.
func addressByte(b byte) bool { return b == '-' || b == '.' || b == '+' }

func idByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
