package assistant

import (
	"context"
	"strings"
	"testing"
)

func TestASummaryIsOneSentence(t *testing.T) {
	text := "LiteLLM is a gateway in front of many providers of language models."
	summary, err := Summary(context.Background(), Model, text)
	if err != nil {
		t.Fatal(err)
	}
	if summary == "" || strings.Contains(summary, "\n") {
		t.Errorf("got %q", summary)
	}
}

func TestAnAnswerComesInPieces(t *testing.T) {
	words, err := Words(context.Background(), "Why is the sky blue?")
	if err != nil {
		t.Fatal(err)
	}
	if len(words) < 2 || strings.TrimSpace(strings.Join(words, "")) == "" {
		t.Errorf("got %q", words)
	}
}

func TestAnUnknownModelIsTold(t *testing.T) {
	_, err := Summary(context.Background(), "no-such-model", "anything")
	if err == nil || !strings.Contains(err.Error(), "no-such-model") {
		t.Errorf("got %v", err)
	}
}
