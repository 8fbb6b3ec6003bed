# Stands in for Homebrew: ruby homebrew.rb FORMULA SYSTEM PROCESSOR PREFIX installs from the folder that it is started in,
# runs the formula's test, and prints what the formula says and where each file went, as JSON.
require "fileutils"
require "json"

FORMULA, SYSTEM, PROCESSOR, PREFIX = ARGV
FACTS = {}
PLACES = {
  bin: "bin",
  man1: "share/man/man1",
  bash_completion: "etc/bash_completion.d",
  zsh_completion: "share/zsh/site-functions",
  fish_completion: "share/fish/vendor_completions.d",
}.freeze
INSTALLED = []

class Place
  def initialize(folder)
    @folder = folder
  end

  def install(what)
    (what.is_a?(Hash) ? what : { what => File.basename(what) }).each do |from, to|
      INSTALLED << "#{@folder}/#{to}"
      FileUtils.mkdir_p("#{PREFIX}/#{@folder}")
      FileUtils.cp(from, "#{PREFIX}/#{@folder}/#{to}")
    end
  end

  def to_s
    "#{PREFIX}/#{@folder}"
  end
end

class Formula
  class << self
    attr_reader :body

    %i[desc homepage version license depends_on url sha256].each do |fact|
      define_method(fact) { |value| FACTS[fact] = value }
    end
    { on_macos: "macos", on_linux: "linux" }.each do |on, system|
      define_method(on) { |&block| block.call if system == SYSTEM }
    end
    { on_arm: "arm", on_intel: "intel" }.each do |on, processor|
      define_method(on) { |&block| block.call if processor == PROCESSOR }
    end

    def test(&block)
      @body = block
    end
  end

  PLACES.each { |name, folder| define_method(name) { Place.new(folder) } }

  def version
    FACTS[:version]
  end

  def shell_output(command)
    `#{command}`.tap { abort("#{command} failed") unless $?.success? }
  end

  def assert_match(expected, text)
    abort("#{text} is without #{expected}") unless text.include?(expected)
  end
end

load(FORMULA)
formula = McpSshInteractive.new
formula.install
formula.instance_exec(&McpSshInteractive.body) if PROCESSOR == "intel"
puts JSON.generate(FACTS.merge(installed: INSTALLED))
