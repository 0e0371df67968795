package cloudwatch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Widget is a graph of a dashboard.
type Widget struct {
	Title string
	// Shown is what each of its lines finds among the metrics that have data.
	Shown [][]Metric
}

// Widgets reads a dashboard.
func (w *Watch) Widgets(dashboard string) (all []Widget, err error) {
	var body struct {
		Widgets []struct {
			Properties struct {
				Title   string
				Metrics [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(dashboard), &body); err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	for _, one := range body.Widgets {
		widget := Widget{Title: one.Properties.Title}
		for _, line := range one.Properties.Metrics {
			found, err := w.shown(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", widget.Title, err)
			}
			widget.Shown = append(widget.Shown, found)
		}
		all = append(all, widget)
	}
	return all, nil
}

// shown is what one line of a widget shows.
func (w *Watch) shown(line []any) (found []Metric, err error) {
	if options, ok := line[0].(map[string]any); ok {
		return w.Search(fmt.Sprint(options["expression"]))
	}
	var texts []string
	for _, v := range line {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	if len(texts) < 2 || len(texts)%2 != 0 {
		return nil, fmt.Errorf("cannot read the metric %v", line)
	}
	want := Named(texts[0], texts[1], texts[2:]...)
	if slices.Contains(w.Metrics.All(), want) {
		found = append(found, want)
	}
	return found, nil
}

var (
	searchCall = regexp.MustCompile(`^SEARCH\('(?:\{([^}]*)\} ?)?(.*)', '(Sum|Maximum|SampleCount|p\d+)', \d+\)$`)
	searchTerm = regexp.MustCompile(`^(?:(\w+)=)?("[^"]*"|\w+)\s*`)
	notWord    = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// Search finds metrics as SEARCH does: {namespace,dimension,…} for those with exactly these
// dimensions, then terms that must all match, Property="value" as a whole, and words.
func (w *Watch) Search(text string) (found []Metric, err error) {
	call := searchCall.FindStringSubmatch(text)
	if call == nil {
		return nil, fmt.Errorf("cannot read the search %s", text)
	}
	matches := []func(Metric) bool{schema(call[1])}
	for rest := strings.TrimSpace(call[2]); rest != ""; {
		m := searchTerm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("cannot read the search %s from %q on", text, rest)
		}
		matches = append(matches, term(m[1], m[2]))
		rest = rest[len(m[0]):]
	}
	for _, m := range w.Metrics.All() {
		if !slices.ContainsFunc(matches, func(match func(Metric) bool) bool { return !match(m) }) {
			found = append(found, m)
		}
	}
	return found, nil
}

// schema matches metrics of a namespace with exactly these dimensions; empty matches all.
func schema(text string) func(Metric) bool {
	if text == "" {
		return func(Metric) bool { return true }
	}
	parts := strings.Split(strings.ReplaceAll(text, `"`, ""), ",")
	want := slices.Sorted(slices.Values(parts[1:]))
	return func(m Metric) bool {
		var names []string
		for d := range strings.SplitSeq(m.Dimensions, ",") {
			if name, _, ok := strings.Cut(d, "="); ok {
				names = append(names, name)
			}
		}
		return m.Namespace == parts[0] && slices.Equal(names, want)
	}
}

// term matches a property as a whole, or words that follow each other in any.
func term(property, value string) func(Metric) bool {
	quoted := strings.Trim(value, `"`)
	switch property {
	case "MetricName":
		return func(m Metric) bool { return m.Name == quoted }
	case "Namespace":
		return func(m Metric) bool { return m.Namespace == quoted }
	}
	words := func(text string) string {
		return " " + strings.ToLower(strings.Join(notWord.Split(text, -1), " ")) + " "
	}
	return func(m Metric) bool {
		return strings.Contains(words(m.Namespace), words(quoted)) || strings.Contains(words(m.Name), words(quoted)) || strings.Contains(words(m.Dimensions), words(quoted))
	}
}
