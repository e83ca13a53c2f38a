# Completion of uada's command line in bash. The program says itself what may follow; where it says nothing, files do.
# bash splits words at '=' and ':', and replaces the last part alone: what the user wrote as one word is put together
# again, and what stands before the last part is cut off from what the program says.
_uada() {
  local rest=$COMP_LINE words=() begun= word between line program
  for word in "${COMP_WORDS[@]:0:COMP_CWORD + 1}"; do
    between=$rest
    [ -z "$word" ] || between=${rest%%"$word"*}
    rest=${rest#"$between$word"}
    if [ ${#words[@]} -gt 0 ] && [ -z "$between" ]; then
      begun=${words[-1]}
      words[-1]+=$word
    else
      begun=
      words+=("$word")
    fi
  done
  case $word in [=:]*) begun=${words[-1]} ;; esac
  program=${words[0]}
  case $program in '~/'*) program=$HOME/${program:2} ;; esac
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    COMPREPLY+=("$(printf '%q' "${line#"$begun"}")")
  done < <("$program" complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _uada uada
