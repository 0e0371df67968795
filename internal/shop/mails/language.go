package mails

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/money"
)

// All words of mails and text messages are in languages, a file for each language. Another
// language is another file with the same texts; edit them freely. What is in braces is filled in.
//
//go:embed languages
var languageFiles embed.FS

// languages are those that there are, by tag.
var languages = sync.OnceValue(mustLanguages)

// english decides which texts there are, and what is filled in.
const english = "en"

// language has the texts of one language.
type language struct {
	tag   string // of BCP 47, as in the lang attribute
	texts map[string]string
}

var placeholder = regexp.MustCompile(`\{[a-z0-9_]*\}`)

func mustLanguages() map[string]language {
	files, err := languageFiles.ReadDir("languages")
	if err != nil {
		panic(err) // they are compiled in
	}
	all := map[string]language{}
	for _, f := range files {
		l := language{tag: strings.TrimSuffix(f.Name(), ".json")}
		text, err := languageFiles.ReadFile(path.Join("languages", f.Name()))
		if err == nil {
			err = json.Unmarshal(text, &l.texts)
		}
		if err != nil {
			panic(fmt.Sprintf("%s: %v", f.Name(), err))
		}
		all[l.tag] = l
	}
	for _, l := range all {
		if err := l.check(all[english]); err != nil {
			panic(err)
		}
	}
	return all
}

// check compares the language with the one that decides: a text that is missing, that nobody
// asks for, or that fills in something else would be a hole in a mail.
func (l language) check(model language) error {
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(model.texts)) {
		text, ok := l.texts[key]
		switch want, got := placeholders(model.texts[key]), placeholders(text); {
		case !ok || strings.TrimSpace(text) == "":
			wrong = append(wrong, fmt.Errorf("%s.json: the text %q is missing", l.tag, key))
		case !slices.Equal(got, want):
			wrong = append(wrong, fmt.Errorf("%s.json: the text %q fills in %v, that of %s.json %v", l.tag, key, got, model.tag, want))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.texts)) {
		if _, ok := model.texts[key]; !ok {
			wrong = append(wrong, fmt.Errorf("%s.json: nothing uses the text %q", l.tag, key))
		}
	}
	if n := len(l.months()); n != 12 {
		wrong = append(wrong, fmt.Errorf("%s.json: months are %d, expected 12", l.tag, n))
	}
	return errors.Join(wrong...)
}

// placeholders are what a text fills in, in a fixed order.
func placeholders(text string) []string {
	return slices.Sorted(slices.Values(placeholder.FindAllString(text, -1)))
}

// languageOf is the first of a customer's locales, as in pt-BR, that there is a language
// for, else the other one.
func languageOf(locales []string, otherwise string) language {
	for _, locale := range append(slices.Clone(locales), otherwise, english) {
		if l, ok := languages()[baseOf(locale)]; ok {
			return l
		}
	}
	return languages()[english]
}

// spoken reports whether there is a language for the locale.
func spoken(locale string) bool { _, ok := languages()[baseOf(locale)]; return ok }

// baseOf is the language of a locale without its region or script.
func baseOf(locale string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	return strings.ToLower(base)
}

// say is a text with what it fills in: pairs of a name and a value. Values are filled in once,
// whatever they contain.
func (l language) say(key string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(l.texts[key])
}

// amount is money with the language's decimal point. Thousands are not separated: 5.000 is five
// thousand in one language and five dinars in another, and a currency without decimals would not
// tell which is meant.
func (l language) amount(a money.Amount) string {
	number := strings.Replace(a.Number(), ".", l.say("decimal_point"), 1)
	return strings.TrimSpace(number + " " + a.Code())
}

func (l language) months() []string { return strings.Split(l.texts["months"], ",") }

// date is the day in UTC, empty for no time.
func (l language) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.UTC()
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = l.say("first_day")
	}
	return l.say("date", "day", day, "month", l.months()[t.Month()-1], "year", strconv.Itoa(t.Year()))
}

// moment is the day and the time in UTC.
func (l language) moment(t time.Time) string {
	return l.say("moment", "date", l.date(t), "time", t.UTC().Format("15:04"))
}

// CardEndings are what stands in each language before the last digits of a card.
func CardEndings() []string {
	var all []string
	for _, tag := range slices.Sorted(maps.Keys(languages())) {
		before, _, _ := strings.Cut(languages()[tag].texts["method.card"], "{last4}")
		_, ending, _ := strings.Cut(before, "{name}")
		all = append(all, strings.TrimLeft(ending, " "))
	}
	return all
}
