// Package insights runs queries of CloudWatch Logs Insights on lines of JSON. It knows the
// commands and functions that the saved queries of this project use, and refuses others.
package insights

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query is a query that was read.
type Query struct {
	commands []command
	fields   []string // of lines
}

// command is one stage: what it makes of the rows before it.
type command interface {
	run(rows []Row) []Row
}

// Parse reads a query.
func Parse(text string) (Query, error) {
	var q Query
	for stage := range strings.SplitSeq(comment.ReplaceAllString(text, ""), "|") {
		p := &parser{}
		for rest := strings.TrimSpace(stage); rest != ""; rest = strings.TrimSpace(rest) {
			word := token.FindString(rest)
			if word == "" {
				return q, fmt.Errorf("query: cannot read %q", rest)
			}
			p.words, rest = append(p.words, word), rest[len(word):]
		}
		c, err := p.command()
		if err == nil && len(p.words) > 0 {
			err = fmt.Errorf("%q is left", strings.Join(p.words, " "))
		}
		if err != nil {
			return q, fmt.Errorf("query: %s: %w", strings.TrimSpace(stage), err)
		}
		q.commands = append(q.commands, c)
		if _, is := c.(sorting); !is { // that may have names which stats gave
			q.fields = append(q.fields, p.fields...)
		}
	}
	return q, nil
}

var (
	comment = regexp.MustCompile(`(?m)^\s*#.*$`)
	token   = regexp.MustCompile(`^(@?[A-Za-z_][\w.]*|"[^"]*"|\d+(\.\d+)?[smhd]?|[<>!]=|[=<>(),*]|\[|\])`)
	name    = regexp.MustCompile(`^@?[A-Za-z_][\w.]*$`)
)

type parser struct {
	words  []string
	fields []string
}

func (p *parser) next() (word string) {
	if len(p.words) > 0 {
		word, p.words = p.words[0], p.words[1:]
	}
	return word
}

func (p *parser) take(words ...string) bool {
	if len(p.words) == 0 || !slices.Contains(words, p.words[0]) {
		return false
	}
	p.next()
	return true
}

// field reads the name of a field.
func (p *parser) field() (string, error) {
	word, err := p.name()
	p.fields = append(p.fields, word)
	return word, err
}

func (p *parser) name() (string, error) {
	if word := p.next(); name.MatchString(word) {
		return word, nil
	}
	return "", errors.New("a field is expected")
}

// list reads what commas separate.
func list[T any](p *parser, one func() (T, error)) (all []T, err error) {
	for {
		v, err := one()
		if err != nil {
			return nil, err
		}
		if all = append(all, v); !p.take(",") {
			return all, nil
		}
	}
}

func (p *parser) command() (command, error) {
	switch word := p.next(); word {
	case "fields":
		names, err := list(p, p.field)
		return fields(names), err
	case "filter":
		is, err := p.either()
		return filter{is}, err
	case "stats":
		return p.stats()
	case "sort":
		orders, err := list(p, p.order)
		return sorting(orders), err
	case "limit":
		n, err := strconv.Atoi(p.next())
		return limit(n), err
	default:
		return nil, fmt.Errorf("the command %q is none that this knows", word)
	}
}

func (p *parser) order() (order, error) {
	field, err := p.field()
	return order{field, !p.take("asc") && p.take("desc")}, err
}

func (p *parser) stats() (command, error) {
	s := stats{}
	var err error
	if s.values, err = list(p, p.aggregate); err != nil || !p.take("by") {
		return s, err
	}
	s.by, err = list(p, p.group)
	return s, err
}

// aggregate reads count(*) as n, or max(field).
func (p *parser) aggregate() (a aggregate, err error) {
	a.function = p.next()
	if !slices.Contains(functions, a.function) || !p.take("(") {
		return a, fmt.Errorf("%q is no function that this knows", a.function)
	}
	if !p.take("*") {
		if a.field, err = p.field(); err != nil {
			return a, err
		}
	}
	if a.function == "pct" && p.take(",") {
		if a.percent, err = strconv.ParseFloat(p.next(), 64); err != nil {
			return a, err
		}
	}
	if !p.take(")") || !p.take("as") {
		return a, errors.New("a function has brackets, and a name after as")
	}
	a.name, err = p.name()
	return a, err
}

// group reads a field or bin(5m).
func (p *parser) group() (g group, err error) {
	if !p.take("bin") {
		g.field, err = p.field()
		return g, err
	}
	g.field = "bin"
	if !p.take("(") {
		return g, errors.New("bin has no brackets")
	}
	if g.bin, err = time.ParseDuration(p.next()); err == nil && !p.take(")") {
		err = errors.New("bin has no end")
	}
	return g, err
}
