package cloudwatch

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// series is a metric over the periods of an evaluation, the newest first; nil is missing.
type series []*float64

// expression is metric math as far as the alarms have it: IF, FILL with a number, AND, OR,
// comparisons, numbers and the ids of metrics.
type expression struct {
	tokens []string
	of     func(id string) series
	n      int // periods
	err    error
}

var mathToken = regexp.MustCompile(`\s*([A-Za-z_]\w*|\d+(?:\.\d+)?|[<>=!]=|[<>(),])`)

// evaluate computes an expression for n periods.
func evaluate(text string, n int, of func(id string) series) (series, error) {
	e := &expression{of: of, n: n}
	for rest := text; rest != ""; {
		m := mathToken.FindStringSubmatch(rest)
		if m == nil || rest[:len(m[0])] != m[0] {
			return nil, fmt.Errorf("metric math %s: cannot read it from %q on", text, rest)
		}
		e.tokens, rest = append(e.tokens, m[1]), rest[len(m[0]):]
	}
	result := e.binary(0)
	if e.err == nil && len(e.tokens) > 0 {
		e.err = fmt.Errorf("%q is left", e.tokens)
	}
	if e.err != nil {
		return nil, fmt.Errorf("metric math %s: %w", text, e.err)
	}
	return result, nil
}

func (e *expression) next() (token string) {
	if len(e.tokens) > 0 {
		token, e.tokens = e.tokens[0], e.tokens[1:]
	}
	return token
}

func (e *expression) take(token string) {
	if got := e.next(); got != token && e.err == nil {
		e.err = fmt.Errorf("expected %s, found %q", token, got)
	}
}

// levels of operators, those that bind least first.
var levelsOf = [][]string{{"OR"}, {"AND"}, {"==", "!=", "<", "<=", ">", ">="}}

func (e *expression) binary(level int) series {
	if level == len(levelsOf) {
		return e.operand()
	}
	left := e.binary(level + 1)
	for len(e.tokens) > 0 && slices.Contains(levelsOf[level], e.tokens[0]) {
		op := e.next()
		left = e.each(func(v []float64) float64 { return truth(operate(op, v[0], v[1])) }, left, e.binary(level+1))
	}
	return left
}

func operate(op string, a, b float64) bool {
	switch op {
	case "OR":
		return a != 0 || b != 0
	case "AND":
		return a != 0 && b != 0
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (e *expression) operand() series {
	token := e.next()
	if n, err := strconv.ParseFloat(token, 64); err == nil {
		return e.each(func([]float64) float64 { return n })
	}
	switch token {
	case "(":
		v := e.binary(0)
		e.take(")")
		return v
	case "IF":
		v := e.arguments(3)
		return e.each(func(v []float64) float64 {
			if v[0] != 0 {
				return v[1]
			}
			return v[2]
		}, v...)
	case "FILL":
		v := e.arguments(2)
		return filled(v[0], v[1])
	}
	v := e.of(token)
	if v == nil {
		if e.err == nil {
			e.err = fmt.Errorf("there is no metric %q", token)
		}
		return make(series, e.n)
	}
	return v
}

func (e *expression) arguments(n int) (all []series) {
	e.take("(")
	for i := range n {
		if i > 0 {
			e.take(",")
		}
		all = append(all, e.binary(0))
	}
	e.take(")")
	return all
}

// filled gives what is missing a value, unless the metric has no data at all.
func filled(v, with series) series {
	if !slices.ContainsFunc(v, func(p *float64) bool { return p != nil }) {
		return v
	}
	all := slices.Clone(v)
	for i, p := range all {
		if p == nil {
			all[i] = with[i]
		}
	}
	return all
}

// each computes a value for each period in which all operands have one.
func (e *expression) each(f func([]float64) float64, of ...series) series {
	all := make(series, e.n)
	for i := range all {
		var values []float64
		for _, s := range of {
			if s[i] != nil {
				values = append(values, *s[i])
			}
		}
		if len(values) == len(of) {
			v := f(values)
			all[i] = &v
		}
	}
	return all
}
