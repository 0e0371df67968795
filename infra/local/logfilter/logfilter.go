// Package logfilter reads the patterns of metric filters, as CloudWatch Logs has them
// for lines of JSON, and says which lines they count.
//
// It has less than CloudWatch: no words in free text, which anything in a line matches;
// no wildcards; and no !=, whose answer for a field that is not there AWS does not
// document.
package logfilter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Term compares a field of the line with a constant: $.reason = "no_secret".
type Term struct {
	Field string // $.reason
	Op    string // one of = < <= > >=
	Value any    // string, float64 or bool
}

// Pattern is the alternatives that a line may match, each with all its terms.
type Pattern [][]Term

// Parse reads a pattern such as { $.message = "request" && $.answer >= 500 }.
func Parse(text string) (Pattern, error) {
	p := parser{}
	for rest := strings.TrimSpace(text); rest != ""; {
		word := token.FindString(rest)
		if word == "" {
			return nil, fmt.Errorf("metric filter %s: cannot read it from %q on; use terms such as $.reason = \"word\" or $.answer >= 500 with &&, || and brackets", text, rest)
		}
		p.words = append(p.words, word)
		rest = strings.TrimSpace(rest[len(word):])
	}
	p.take("{")
	all := p.any()
	p.take("}")
	if p.wrong || len(p.words) > 0 {
		return nil, fmt.Errorf("metric filter %s: not of the form { $.field = \"word\" && $.number >= 1 }", text)
	}
	return all, nil
}

// token matches a field, a string, a number, a word or a sign.
var token = regexp.MustCompile(`^(\$(\.\w+)+|"[^"*]*"|-?\d+(\.\d+)?|&&|\|\||[<>]=?|=|[(){}]|IS\b|TRUE\b|FALSE\b)`)

type parser struct {
	words []string
	wrong bool
}

// next returns the next word and passes it; "" at the end.
func (p *parser) next() (word string) {
	if len(p.words) > 0 {
		word, p.words = p.words[0], p.words[1:]
	}
	return word
}

// take passes the word if it is next; else the pattern is wrong.
func (p *parser) take(word string) { p.wrong = p.next() != word || p.wrong }

// follows passes the word if it is next, and reports whether it was.
func (p *parser) follows(word string) bool {
	if len(p.words) == 0 || p.words[0] != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) any() Pattern {
	all := p.all()
	for p.follows("||") {
		all = append(all, p.all()...)
	}
	return all
}

func (p *parser) all() Pattern {
	left := p.term()
	for p.follows("&&") {
		var both Pattern
		right := p.term()
		for _, l := range left {
			for _, r := range right {
				both = append(both, slices.Concat(l, r))
			}
		}
		left = both
	}
	return left
}

func (p *parser) term() Pattern {
	if p.follows("(") {
		all := p.any()
		p.take(")")
		return all
	}
	t := Term{Field: p.next(), Op: p.next()}
	t.Value = constant(t.Op, p.next())
	if t.Op == "IS" {
		t.Op = "="
	}
	p.wrong = p.wrong || t.Field == "" || t.Field[0] != '$' || !slices.Contains([]string{"=", "<", "<=", ">", ">="}, t.Op) || t.Value == nil
	return Pattern{{t}}
}

// constant returns what a term compares with, nil if it is none.
func constant(op, word string) any {
	switch n, err := strconv.ParseFloat(word, 64); {
	case op == "IS" && (word == "TRUE" || word == "FALSE"):
		return word == "TRUE"
	case op == "IS" || word == "":
	case word[0] == '"' && op == "=":
		return strings.Trim(word, `"`)
	case err == nil:
		return n
	}
	return nil
}

// Matches reports whether the filter counts a line. A line that is no JSON object, and a
// field that is not there or of another kind, match nothing.
func (p Pattern) Matches(line string) bool {
	var fields map[string]any
	if json.Unmarshal([]byte(line), &fields) != nil {
		return false
	}
	return slices.ContainsFunc(p, func(all []Term) bool {
		return !slices.ContainsFunc(all, func(t Term) bool { return !t.holds(fields) })
	})
}

func (t Term) holds(fields map[string]any) bool {
	var v any = fields
	for name := range strings.SplitSeq(strings.TrimPrefix(t.Field, "$."), ".") {
		inner, _ := v.(map[string]any)
		v = inner[name]
	}
	want, number := t.Value.(float64)
	got, ok := v.(float64)
	if !number || !ok {
		return !number && v == t.Value
	}
	sign := cmp.Compare(got, want)
	return t.Op == "=" && sign == 0 || t.Op[0] == '<' && sign < 0 || t.Op[0] == '>' && sign > 0 || len(t.Op) == 2 && sign == 0
}
