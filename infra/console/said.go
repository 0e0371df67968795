package console

import "sync"

// said keeps what a change has to say on the next page that its session opens.
type said struct {
	mu    sync.Mutex
	texts map[string]string
}

// maxSaid bounds how many sessions have a text that no page has shown.
const maxSaid = 100

func (s *said) put(session, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.texts == nil || len(s.texts) >= maxSaid {
		s.texts = map[string]string{}
	}
	s.texts[session] = text
}

func (s *said) take(session string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.texts[session]
	delete(s.texts, session)
	return text
}

// say has the next page of the session say a sentence.
func (r *Request) say(text string) { r.console.said.put(r.session, text) }

// Said is what the last change has to say, once. A stream takes nothing away.
func (f frame) Said() string {
	if _, streamed := f.w.(*recorder); streamed {
		return ""
	}
	return f.console.said.take(f.session)
}
