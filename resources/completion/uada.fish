# Completion of uada's command line in fish. The program says itself what may follow; where it says nothing, files do.
function __uada_follows
  set -l said (uada complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $said) -gt 0
    printf '%s\n' $said
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c uada -f -a '(__uada_follows)'
