package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

// transformed is what a target gets of an event: all of it, or what its InputTransformer makes.
// AWS leaves open what a path that the event does not have becomes: here it is null.
func transformed(t *template.Transform, event string) (string, error) {
	if t == nil {
		return event, nil
	}
	var pairs []string
	for name, path := range t.Paths {
		value, err := valueAt(event, path)
		if err != nil {
			return "", fmt.Errorf("InputPathsMap: %s: %w", name, err)
		}
		pairs = append(pairs, "<"+name+">", value)
	}
	return strings.NewReplacer(pairs...).Replace(t.Template), nil
}

// valueAt is the JSON at a path of names, $.detail.mail.
func valueAt(event, path string) (string, error) {
	names, ok := strings.CutPrefix(path, "$.")
	if !ok {
		return "", fmt.Errorf("the local stack takes paths of names as in $.detail.id, not %s", path)
	}
	value := json.RawMessage(event)
	for name := range strings.SplitSeq(names, ".") {
		var members map[string]json.RawMessage
		if json.Unmarshal(value, &members) != nil || members[name] == nil {
			return "null", nil
		}
		value = members[name]
	}
	var out bytes.Buffer
	if err := json.Compact(&out, value); err != nil {
		return "", err
	}
	return out.String(), nil
}
