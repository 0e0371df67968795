package console

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/money"
)

// functions are those of every template. Times are methods of a Request: they depend on
// the reader's zone.
var functions = template.FuncMap{
	"icon": icon, "word": word, "sentence": sentence, "count": count, "plural": plural, "keeps": keeps, "turn": turn, "amount": amount, "number": amountNumber, "duration": duration, "millis": func(n int64) string { return duration(time.Duration(n) * time.Millisecond) },
	"linked": linked, "split": strings.Fields, "list": func(all ...any) []any { return all }, "add": func(a, b int) int { return a + b },
}

// icon is one of the sprite's.
func icon(name any) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="#` + template.HTMLEscapeString(fmt.Sprint(name)) + `"/></svg>`) //nolint:gosec // escaped
}

// turn is the mark of what opens.
func turn() template.HTML {
	return `<svg class="i turn" aria-hidden="true"><use href="#turn"/></svg>`
}

// keeps reports whether a form keeps a parameter of the page.
func keeps(name, form string) bool {
	if form == "more" {
		return name == "type" || name == "status" || name == "action" || name == "since" || name == "until"
	}
	return name != "before"
}

// word is how a status is written.
func word(status any) string {
	if s := fmt.Sprint(status); s != "dead" {
		return s
	}
	return "dead letter"
}

// count is a number with thin spaces between thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}

// amount is money as people write it: 48.73 EUR.
func amount(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.String()
}

// amountNumber is amount without its currency.
func amountNumber(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.Number()
}

// duration is 212 ms, 30.0 s, 3 min 51 s, 5 h 12 min or 3 days.
func duration(d time.Duration) string {
	switch d = max(0, d); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

func since(t time.Time) time.Duration { return time.Since(t) }

const (
	clockForm = "15:04:05"
	factForm  = "2 Jan 2006, 15:04:05.000"
	dayForm   = "Monday, 2 January 2006"
)

// element is a time with the other form and the zone in its title.
func (p prefs) element(t time.Time, text string) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, //nolint:gosec // escaped
		t.UTC().Format(time.RFC3339Nano), template.HTMLEscapeString(p.other(t)), template.HTMLEscapeString(text)))
}

// other is a time in the zone that is not shown.
func (p prefs) other(t time.Time) string {
	if p.UTC {
		return t.In(location(p.Zone)).Format(factForm) + " " + p.ZoneName()
	}
	return t.UTC().Format(factForm) + " UTC"
}

// Clock is the time of a day, for lists with a row for each day.
func (p prefs) Clock(t time.Time) template.HTML { return p.element(t, t.In(p.where).Format(clockForm)) }

// Millis is the time of a day to the millisecond, for logs.
func (p prefs) Millis(t time.Time) template.HTML {
	return p.element(t, t.In(p.where).Format("15:04:05.000"))
}

// Moment is a whole time, for facts.
func (p prefs) Moment(t time.Time) template.HTML { return p.element(t, t.In(p.where).Format(factForm)) }

// When is a whole time to the second: Stripe's have no parts of one.
func (p prefs) When(t time.Time) template.HTML {
	return p.element(t, t.In(p.where).Format("2 Jan 2006, 15:04:05"))
}

// Stamp is a time to the second with its day, for lists without day rows.
func (p prefs) Stamp(t time.Time) template.HTML {
	return p.element(t, t.In(p.where).Format("2 Jan 15:04:05"))
}

// Day names a day; today and yesterday are called so.
func (r *Request) Day(t time.Time) string {
	day, now := t.In(r.where), r.console.Now().In(r.where)
	name := day.Format(dayForm)
	switch day.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return "Today, " + name
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "Yesterday, " + name
	}
	return name
}

// Ago is how long ago a time was, which a script keeps right.
func (r *Request) Ago(t time.Time) template.HTML {
	return template.HTML(strings.Replace(string(r.element(t, ago(r.console.Now().Sub(t)))), "<time ", `<time class="ago" `, 1)) //nolint:gosec // escaped
}

// Until is how long it is to a time.
func (r *Request) Until(t time.Time) string { return duration(t.Sub(r.console.Now())) }

func ago(d time.Duration) string {
	if d < 5*time.Second {
		return "just now"
	}
	return cli.Age(d) + " ago"
}
